/** The section `servermap`. */
import type { DesiredServermap } from '../../model/resources.js';
import type { ClusterManifest } from '../schema/generated/cluster.js';
import type { OverridesManifest } from '../schema/generated/overrides.js';
import { exactValue, type Located } from '../source.js';
import { type ManifestSection, missing, over, type SectionContext } from './section.js';

/** In one document; an override replaces it as a whole. */
export class ServermapSection implements ManifestSection {
  /** The map, where it is written out. */
  literal: Located | undefined;
  desired: DesiredServermap | undefined;
  readonly #context: SectionContext;

  constructor(context: SectionContext) {
    this.#context = context;
  }

  add({ servermap }: ClusterManifest, top: Located): void {
    if (servermap === undefined) return;
    const at = top.child('servermap');
    if (this.#context.listed.isOnlySection('servermap', at))
      this.desired = this.#read(servermap, at);
  }

  override({ servermap }: OverridesManifest, top: Located): void {
    if (servermap === undefined) return;
    const at = top.child('servermap');
    const before = this.desired;
    if (before === undefined) {
      missing(this.#context, { address: 'servermap', at, known: [] });
    } else if (this.#context.overridden.isNew('servermap', at, 'overridden')) {
      const replacing = this.#read(servermap, at);
      this.desired = { ...replacing, source: over(replacing.source, before) };
    }
  }

  #read(servermap: NonNullable<ClusterManifest['servermap']>, at: Located): DesiredServermap {
    const source = at.place;
    this.literal = servermap.map === undefined ? undefined : at.child('map');
    if (this.literal === undefined) return { algorithm: 'ring', source };
    return { algorithm: 'literal', map: exactValue(this.literal.node), source };
  }
}
