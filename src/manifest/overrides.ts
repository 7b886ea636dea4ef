/** What differs from the merged manifests: documents of kind Overrides. */
import { addressOf } from '../model/address.js';
import { dimensionPointer } from '../model/json-pointer.js';
import {
  DEFAULT_DIMENSION_VALUE,
  DEFAULT_PORT,
  DEFAULT_TABLESPACE,
  type DesiredConfigEntry,
  type DesiredDimension,
  type DesiredIndex,
  type DesiredInstance,
  type SourcePlace,
} from '../model/resources.js';
import { nearestName } from '../model/text.js';
import { expandHostRange } from './host-range.js';
import { Identities } from './identities.js';
import { indexFields, type Merged, servermapOf } from './merge.js';
import type { ProblemList } from './problems/problem-list.js';
import { overridesErrors } from './schema/generated/cluster-validator.js';
import type {
  Dimension,
  Index,
  Instance,
  OverridesManifest,
} from './schema/generated/overrides.js';
import { type DocumentKind, documentKind } from './schema/validate.js';
import { exactValue, Located, type SourceFile, type SourceNode } from './source.js';

/** Documents of kind Overrides. */
export const OVERRIDES: DocumentKind<OverridesManifest> = documentKind(
  'overrides',
  overridesErrors,
);

/** A document that fits the schema. */
export interface OverridesDocument {
  readonly file: SourceFile;
  readonly root: SourceNode;
  readonly manifest: OverridesManifest;
}

/**
 * The merged manifests with the overrides of these documents, whose order does not matter. Adds to
 * `problems`, with both places where two of them meet; then the state is incomplete.
 */
export function applyOverrides(
  merged: Merged,
  documents: readonly OverridesDocument[],
  problems: ProblemList,
): Merged {
  if (documents.length === 0) return merged;
  const overrider = new Overrider(merged, problems);
  for (const document of documents) overrider.override(document);
  for (const document of documents) overrider.remove(document);
  return overrider.merged();
}

/** Objects by their address, in the order of the manifests. */
type Table<Item> = Map<string, Item>;

function table<Item>(items: readonly Item[] = [], address: (item: Item) => string): Table<Item> {
  return new Map(items.map((item) => [address(item), item]));
}

class Overrider {
  readonly #before: Merged;
  readonly #problems: ProblemList;
  readonly #identities: Identities;
  /** Where each object was overridden last. */
  readonly #touched = new Map<string, Located>();
  readonly #instances: Table<DesiredInstance>;
  readonly #dimensions: Table<DesiredDimension>;
  readonly #indexes: Table<DesiredIndex>;
  readonly #config: Table<DesiredConfigEntry>;
  readonly #methods: Map<string, Located>;
  readonly #configs: Located[];
  #servermap: Pick<Merged, 'literalServermap'> & {
    readonly desired: Merged['desired']['servermap'];
  };

  constructor(merged: Merged, problems: ProblemList) {
    const { desired, literalServermap } = merged;
    this.#before = merged;
    this.#problems = problems;
    this.#identities = new Identities(problems);
    this.#instances = table(desired.instances, (one) => addressOf('instance', one));
    this.#dimensions = table(desired.dimensions, (one) => addressOf('dimension', one));
    this.#indexes = table(desired.indexes, (one) => addressOf('index', one));
    this.#config = table(desired.config, (one) => addressOf('config', one));
    this.#methods = new Map(merged.methods);
    this.#configs = [...merged.configs];
    this.#servermap = { desired: desired.servermap, literalServermap };
  }

  merged(): Merged {
    const { desired } = this.#before;
    return {
      ...this.#before,
      desired: {
        ...desired,
        instances: desired.instances && [...this.#instances.values()],
        dimensions: desired.dimensions && [...this.#dimensions.values()],
        indexes: desired.indexes && [...this.#indexes.values()],
        config: desired.config && [...this.#config.values()],
        servermap: this.#servermap.desired,
      },
      methods: this.#methods,
      configs: this.#configs,
      literalServermap: this.#servermap.literalServermap,
    };
  }

  override({ file, root, manifest }: OverridesDocument): void {
    const top = Located.document(file, root);
    const { instances = [], dimensions = [], indexes = [] } = manifest;
    const item = (section: string, i: number) => top.child(section).item(i);
    for (const [i, one] of instances.entries()) this.#instance(one, item('instances', i));
    for (const [i, one] of dimensions.entries()) this.#dimension(one, item('dimensions', i));
    for (const [i, one] of indexes.entries()) this.#index(one, item('indexes', i));
    if (manifest.servermap !== undefined) this.#replaceServermap(manifest, top.child('servermap'));
    if (manifest.config !== undefined) this.#values(top.child('config'));
  }

  /** After all overrides. */
  remove({ file, root, manifest }: OverridesDocument): void {
    const top = Located.document(file, root);
    const tables = [this.#instances, this.#dimensions, this.#indexes, this.#config];
    for (const [i, address] of (manifest.remove ?? []).entries()) {
      const at = top.child('remove').item(i);
      if (!this.#identities.isNew(address, at, 'removed')) continue;
      const related = this.#touched.get(address)?.place;
      if (related !== undefined) {
        this.#problems.addAt(at, () => ({ message: 'is overridden and removed', related }));
      }
      const known = tables.flatMap((one) => [...one.keys()]);
      if (!tables.some((one) => one.delete(address))) this.#missing(address, at, known);
    }
  }

  #instance(instance: Instance, at: Located): void {
    const range = expandHostRange(instance.host);
    if (range.kind === 'problem') {
      this.#problems.addAt(at.child('host'), () => range);
      return;
    }
    const { port = DEFAULT_PORT } = instance;
    for (const host of range.hosts) {
      const address = addressOf('instance', { host, port });
      const base = this.#met(this.#instances, address, at);
      if (base === undefined) return;
      if (!this.#claim(address, at, ['host', 'port'])) return;
      const { username = base.username } = instance;
      const status = instance.status === undefined ? base.status : (instance.status ?? undefined);
      this.#instances.set(address, { ...base, username, status, source: over(at.place, base) });
    }
  }

  #dimension(dimension: Dimension, at: Located): void {
    const address = addressOf('dimension', { field: dimensionPointer(dimension.field) });
    const base = this.#met(this.#dimensions, address, at);
    if (base === undefined || !this.#claim(address, at, ['field'])) return;
    const value = dimension.default ?? DEFAULT_DIMENSION_VALUE;
    this.#dimensions.set(address, { ...base, default: value, source: over(at.place, base) });
  }

  #index(index: Index, at: Located): void {
    const { name } = index;
    const address = addressOf('index', { name });
    const base = this.#met(this.#indexes, address, at);
    if (base === undefined || !this.#claim(address, at, ['name'])) return;
    const { method = base.method, tablespace = base.tablespace } = index;
    if (index.method !== undefined) this.#methods.set(name, at.child('method'));
    const fields =
      index.fields === undefined
        ? base.fields
        : indexFields(index.fields, at.child('fields'), this.#problems).map((field) => {
            return { ...field, source: over(field.source, base) };
          });
    const source = over(at.place, base);
    const changed = { method, tablespace: tablespace ?? DEFAULT_TABLESPACE, fields, source };
    this.#indexes.set(address, { ...base, ...changed });
  }

  #replaceServermap({ servermap }: OverridesManifest, at: Located): void {
    const { desired } = this.#servermap;
    if (desired === undefined) {
      this.#missing('servermap', at, []);
      return;
    }
    if (!this.#identities.isNew('servermap', at, 'overridden')) return;
    const { desired: replacing, literalServermap } = servermapOf(servermap, at);
    const source = over(replacing.source, desired);
    this.#servermap = { desired: { ...replacing, source }, literalServermap };
  }

  #values(section: Located): void {
    this.#configs.push(section);
    for (const entry of section.entries) {
      const { key, keySpan, value } = entry;
      const address = addressOf('config', { key });
      const at = section.valueAt(entry);
      const base = this.#met(this.#config, address, at);
      if (base === undefined || !this.#identities.isNew(address, at, 'overridden')) continue;
      const source = over(section.file.place(keySpan.start), base);
      this.#config.set(address, { key, value: exactValue(value), source });
    }
  }

  /** The object that an override meets; a problem where there is none. */
  #met<Item>(known: Table<Item>, address: string, at: Located): Item | undefined {
    this.#touched.set(address, at);
    const base = known.get(address);
    if (base === undefined) this.#missing(address, at, [...known.keys()]);
    return base;
  }

  #missing(address: string, at: Located, known: readonly string[]): void {
    this.#problems.addAt(at, () => {
      const nearest = nearestName(address, known);
      const instead = 'what is new belongs into a manifest of kind Cluster';
      const hint = nearest === undefined ? instead : `did you mean ${nearest}?`;
      return { message: `no manifest has ${address}`, hint };
    });
  }

  /** False, and a problem, where one of the fields is overridden by another document as well. */
  #claim(address: string, at: Located, identity: readonly string[]): boolean {
    const fields = at.entries.filter(({ key }) => !identity.includes(key));
    const claimed = fields.map((entry) =>
      this.#identities.isNew(`${entry.key} of ${address}`, at.valueAt(entry), 'overridden'),
    );
    return claimed.every(Boolean);
  }
}

/** A place that replaces what stood in the place of the object. */
function over(place: SourcePlace, { source }: { readonly source: SourcePlace }): SourcePlace {
  return { ...place, was: source.was ?? source };
}
