/** The section `instances`. */
import { DEFAULT_PORT, type DesiredInstance } from '../../model/resources.js';
import { expandHostRange } from '../host-range.js';
import type { ClusterManifest, Instance } from '../schema/generated/cluster.js';
import type { OverridesManifest, Instance as Overriding } from '../schema/generated/overrides.js';
import type { Located } from '../source.js';
import {
  located,
  type ManifestSection,
  over,
  type SectionContext,
  SectionObjects,
} from './section.js';

/** The number of instances that all manifests together may denote. */
const MAX_INSTANCES = 200_000;

/** Ranges of hosts stand for an instance each. */
export class InstancesSection implements ManifestSection {
  readonly objects: SectionObjects<DesiredInstance>;
  readonly #context: SectionContext;
  #isCrowded = false;

  constructor(context: SectionContext) {
    this.#context = context;
    this.objects = new SectionObjects('instance', context);
  }

  add({ instances }: ClusterManifest, top: Located): void {
    if (instances === undefined) return;
    this.objects.begin();
    for (const [one, at] of located(instances, 'instances', top)) this.#add(one, at);
  }

  #add(instance: Instance, at: Located): void {
    // No range is expanded for nothing: an entry of a few bytes may denote 10,000 hosts.
    if (this.#isCrowded) return;
    const hosts = this.#hosts(instance.host, at);
    if (this.objects.size + hosts.length > MAX_INSTANCES) {
      this.#isCrowded = true;
      const message = `more than ${MAX_INSTANCES} instances`;
      this.#context.problems.addAt(at, () => ({ message }));
      return;
    }
    const { port = DEFAULT_PORT, username, status } = instance;
    const source = at.place;
    for (const host of hosts) {
      const item = { host, port, username, status, source };
      if (!this.objects.add(`${host}:${port}`, at, () => item)) return;
    }
  }

  override({ instances }: OverridesManifest, top: Located): void {
    for (const [one, at] of located(instances, 'instances', top)) this.#override(one, at);
  }

  #override(instance: Overriding, at: Located): void {
    const { port = DEFAULT_PORT } = instance;
    const change = (base: DesiredInstance): DesiredInstance => {
      const { username = base.username } = instance;
      const status = instance.status === undefined ? base.status : (instance.status ?? undefined);
      return { ...base, username, status, source: over(at.place, base) };
    };
    for (const host of this.#hosts(instance.host, at)) {
      const override = { at, identity: ['host', 'port'], change };
      if (!this.objects.override(`${host}:${port}`, override)) return;
    }
  }

  /** Adds a problem, and returns none, for a range that is not one. */
  #hosts(text: string, at: Located): readonly string[] {
    const range = expandHostRange(text);
    if (range.kind !== 'problem') return range.hosts;
    this.#context.problems.addAt(at.child('host'), () => range);
    return [];
  }
}
