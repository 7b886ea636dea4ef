/** The section `config`. */
import type { DesiredConfigEntry } from '../../model/resources.js';
import type { ClusterManifest } from '../schema/generated/cluster.js';
import type { OverridesManifest } from '../schema/generated/overrides.js';
import { exactValue, type Located } from '../source.js';
import { type ManifestSection, over, type SectionContext, SectionObjects } from './section.js';

/** Values by key; an override replaces a value as a whole. */
export class ConfigSection implements ManifestSection {
  readonly objects: SectionObjects<DesiredConfigEntry>;
  /** The mappings that were read. */
  readonly mappings: Located[] = [];

  constructor(context: SectionContext) {
    this.objects = new SectionObjects('config', context);
  }

  add({ config }: ClusterManifest, top: Located): void {
    if (config === undefined) return;
    this.objects.begin();
    const section = top.child('config');
    this.mappings.push(section);
    for (const entry of section.entries) {
      const { key, keySpan, value } = entry;
      this.objects.add(key, section.valueAt(entry), () => {
        return { key, value: exactValue(value), source: section.file.place(keySpan.start) };
      });
    }
  }

  override({ config }: OverridesManifest, top: Located): void {
    if (config === undefined) return;
    const section = top.child('config');
    this.mappings.push(section);
    for (const entry of section.entries) {
      const { key, keySpan, value } = entry;
      const change = (base: DesiredConfigEntry) => {
        const source = over(section.file.place(keySpan.start), base);
        return { key, value: exactValue(value), source };
      };
      this.objects.override(key, { at: section.valueAt(entry), identity: 'whole', change });
    }
  }
}
