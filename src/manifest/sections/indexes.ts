/** The section `indexes`. */
import { compilePointer, pointerProblem } from '../../model/json-pointer.js';
import {
  DEFAULT_TABLESPACE,
  type DesiredIndex,
  type DesiredIndexField,
} from '../../model/resources.js';
import { Identities } from '../identities.js';
import type { ClusterManifest, Index, IndexField } from '../schema/generated/cluster.js';
import type { OverridesManifest, Index as Overriding } from '../schema/generated/overrides.js';
import type { Located } from '../source.js';
import {
  located,
  type ManifestSection,
  over,
  type SectionContext,
  SectionObjects,
} from './section.js';

/** Indexes with their fields. */
export class IndexesSection implements ManifestSection {
  readonly objects: SectionObjects<DesiredIndex>;
  /** Where the method of each index is named, by the name of the index. */
  readonly methods = new Map<string, Located>();
  readonly #context: SectionContext;

  constructor(context: SectionContext) {
    this.#context = context;
    this.objects = new SectionObjects('index', context);
  }

  add({ indexes }: ClusterManifest, top: Located): void {
    if (indexes === undefined) return;
    this.objects.begin();
    for (const [one, at] of located(indexes, 'indexes', top)) this.#add(one, at);
  }

  #add({ name, method, tablespace = DEFAULT_TABLESPACE, fields }: Index, at: Located): void {
    this.objects.add(name, at, () => {
      this.methods.set(name, at.child('method'));
      const desired = this.#fields(fields, at.child('fields'));
      return { name, method, tablespace, fields: desired, source: at.place };
    });
  }

  override({ indexes }: OverridesManifest, top: Located): void {
    for (const [one, at] of located(indexes, 'indexes', top)) this.#override(one, at);
  }

  #override(index: Overriding, at: Located): void {
    const { name } = index;
    const change = (base: DesiredIndex) => {
      const { method = base.method, tablespace = base.tablespace } = index;
      if (index.method !== undefined) this.methods.set(name, at.child('method'));
      const fields =
        index.fields === undefined
          ? base.fields
          : this.#fields(index.fields, at.child('fields')).map((field) => {
              return { ...field, source: over(field.source, base) };
            });
      const source = over(at.place, base);
      return { ...base, method, tablespace: tablespace ?? DEFAULT_TABLESPACE, fields, source };
    };
    this.objects.override(name, { at, identity: ['name'], change });
  }

  #fields(fields: readonly IndexField[], at: Located): readonly DesiredIndexField[] {
    const desired = fields.flatMap((field, i) => this.#field(field, at.item(i)));
    const expressions = new Identities(this.#context.problems);
    for (const [i, { expression }] of desired.entries()) {
      expressions.isNew(`the expression ${expression}`, at.item(i));
    }
    return desired;
  }

  #field(
    { pointer, type, expression = '' }: IndexField,
    at: Located,
  ): readonly DesiredIndexField[] {
    const source = at.place;
    if (pointer === undefined) return [{ expression, source }];
    const message = pointerProblem(pointer);
    if (message === undefined) return [{ expression: compilePointer(pointer, type), source }];
    this.#context.problems.addAt(at.child('pointer'), () => ({ message }));
    return [];
  }
}
