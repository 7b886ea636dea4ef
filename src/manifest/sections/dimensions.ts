/** The section `dimensions`. */
import { dimensionPointer, pointerProblem } from '../../model/json-pointer.js';
import { DEFAULT_DIMENSION_VALUE, type DesiredDimension } from '../../model/resources.js';
import type { ClusterManifest } from '../schema/generated/cluster.js';
import type { OverridesManifest } from '../schema/generated/overrides.js';
import type { Located } from '../source.js';
import {
  located,
  type ManifestSection,
  over,
  type SectionContext,
  SectionObjects,
} from './section.js';

/** One list: its order carries meaning. */
export class DimensionsSection implements ManifestSection {
  readonly objects: SectionObjects<DesiredDimension>;
  readonly #context: SectionContext;

  constructor(context: SectionContext) {
    this.#context = context;
    this.objects = new SectionObjects('dimension', context);
  }

  add({ dimensions }: ClusterManifest, top: Located): void {
    if (dimensions === undefined) return;
    const { listed, problems } = this.#context;
    const section = top.child('dimensions');
    const hint = 'their order carries meaning: keep them in one list';
    if (!listed.isOnlySection('dimensions', section, hint)) return;
    this.objects.begin();
    for (const [dimension, at] of located(dimensions, 'dimensions', top)) {
      const field = dimensionPointer(dimension.field);
      const message = pointerProblem(field);
      if (message === undefined) {
        const value = dimension.default ?? DEFAULT_DIMENSION_VALUE;
        this.objects.add(field, at, () => ({ field, default: value, source: at.place }));
      } else {
        problems.addAt(at.child('field'), () => ({ message }));
      }
    }
  }

  override({ dimensions }: OverridesManifest, top: Located): void {
    for (const [dimension, at] of located(dimensions, 'dimensions', top)) {
      const value = dimension.default ?? DEFAULT_DIMENSION_VALUE;
      const change = (base: DesiredDimension) => {
        return { ...base, default: value, source: over(at.place, base) };
      };
      const name = dimensionPointer(dimension.field);
      this.objects.override(name, { at, identity: ['field'], change });
    }
  }
}
