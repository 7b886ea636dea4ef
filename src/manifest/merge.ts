/** Several documents -> one desired state. Contradictions are refused with both places. */
import { LenkwerkError } from '../model/errors.js';
import { compilePointer, dimensionPointer, parsePointer } from '../model/json-pointer.js';
import {
  DEFAULT_DIMENSION_VALUE,
  DEFAULT_PORT,
  DEFAULT_TABLESPACE,
  type DesiredConfigEntry,
  type DesiredDimension,
  type DesiredIndex,
  type DesiredIndexField,
  type DesiredInstance,
  type DesiredServermap,
  type DesiredState,
  type SourcePlace,
} from '../model/resources.js';
import { expandHostRange } from './host-range.js';
import { Identities } from './identities.js';
import type { ProblemList } from './problems/problem-list.js';
import type {
  ClusterManifest,
  Dimension,
  Index,
  IndexField,
  Instance,
} from './schema/generated/cluster.js';
import { exactValue, Located, type SourceFile, type SourceNode } from './source.js';

/** The number of instances that all manifests together may denote. */
const MAX_INSTANCES = 200_000;

/** A document that fits the schema. */
export interface ManifestDocument {
  readonly file: SourceFile;
  readonly root: SourceNode;
  readonly manifest: ClusterManifest;
}

export interface Merged {
  readonly desired: DesiredState;
  /** The method of each index, by its name. */
  readonly methods: ReadonlyMap<string, Located>;
  readonly literalServermap: Located | undefined;
  /** The mappings that are sections `config`. */
  readonly configs: readonly Located[];
  /** Where the cluster is named. */
  readonly clusterAt: readonly SourcePlace[];
}

/** Merges documents in the given order. Adds to `problems`; with some the state is incomplete. */
export function mergeDocuments(
  documents: readonly ManifestDocument[],
  problems: ProblemList,
): Merged {
  const merger = new Merger(problems);
  for (const document of documents) merger.add(document);
  const { methods, literalServermap, configs, clusterAt } = merger;
  return { desired: merger.desired(), methods, literalServermap, configs, clusterAt };
}

class Merger {
  readonly methods = new Map<string, Located>();
  readonly configs: Located[] = [];
  readonly clusterAt: SourcePlace[] = [];
  literalServermap: Located | undefined;
  readonly #problems: ProblemList;
  readonly #identities: Identities;
  #isCrowded = false;
  #cluster: string | undefined;
  #instances: DesiredInstance[] | undefined;
  #dimensions: DesiredDimension[] | undefined;
  #indexes: DesiredIndex[] | undefined;
  #servermap: DesiredServermap | undefined;
  #config: DesiredConfigEntry[] | undefined;

  constructor(problems: ProblemList) {
    this.#problems = problems;
    this.#identities = new Identities(problems);
  }

  desired(): DesiredState {
    return {
      cluster: this.#cluster,
      instances: this.#instances,
      dimensions: this.#dimensions,
      indexes: this.#indexes,
      servermap: this.#servermap,
      config: this.#config,
    };
  }

  add({ file, root, manifest }: ManifestDocument): void {
    const top = Located.document(file, root);
    this.#addCluster(manifest, top);
    if (manifest.instances !== undefined) this.#addInstances(manifest.instances, top);
    if (manifest.dimensions !== undefined) this.#addDimensions(manifest.dimensions, top);
    if (manifest.indexes !== undefined) this.#addIndexes(manifest.indexes, top);
    if (manifest.servermap !== undefined) this.#addServermap(manifest, top.child('servermap'));
    if (manifest.config !== undefined) this.#addConfig(top.child('config'));
  }

  #addCluster({ cluster }: ClusterManifest, top: Located): void {
    if (cluster === undefined) return;
    const at = top.child('cluster');
    const [related] = this.clusterAt;
    if (this.#cluster !== undefined && this.#cluster !== cluster) {
      const message = `the manifests are for two clusters: ${cluster} and ${this.#cluster}`;
      this.#problems.addAt(at, () => ({ message, related }));
    }
    this.clusterAt.push(at.place);
    this.#cluster ??= cluster;
  }

  #addInstances(instances: readonly Instance[], top: Located): void {
    const section = top.child('instances');
    this.#instances ??= [];
    for (const [i, instance] of instances.entries()) {
      this.#addInstance(instance, section.item(i), this.#instances);
    }
  }

  #addInstance(instance: Instance, at: Located, instances: DesiredInstance[]): void {
    // No range is expanded for nothing: an entry of a few bytes may denote 10,000 hosts.
    if (this.#isCrowded) return;
    const range = expandHostRange(instance.host);
    if (range.kind === 'problem') {
      this.#problems.addAt(at.child('host'), () => range);
      return;
    }
    if (instances.length + range.hosts.length > MAX_INSTANCES) {
      this.#isCrowded = true;
      this.#problems.addAt(at, () => ({ message: `more than ${MAX_INSTANCES} instances` }));
      return;
    }
    const { port = DEFAULT_PORT, username, status } = instance;
    const source = at.place;
    for (const host of range.hosts) {
      if (!this.#identities.isNew(`instance ${host}:${port}`, at)) return;
      instances.push({ host, port, username, status, source });
    }
  }

  #addDimensions(dimensions: readonly Dimension[], top: Located): void {
    const section = top.child('dimensions');
    const hint = 'their order carries meaning: keep them in one list';
    if (!this.#identities.isOnlySection('dimensions', section, hint)) return;
    this.#dimensions = [];
    for (const [i, dimension] of dimensions.entries()) {
      const at = section.item(i);
      const field = dimensionPointer(dimension.field);
      const wrong = pointerProblem(field);
      if (wrong !== undefined) this.#problems.addAt(at.child('field'), () => ({ message: wrong }));
      if (wrong !== undefined || !this.#identities.isNew(`dimension ${field}`, at)) continue;
      const value = dimension.default ?? DEFAULT_DIMENSION_VALUE;
      this.#dimensions.push({ field, default: value, source: at.place });
    }
  }

  #addIndexes(indexes: readonly Index[], top: Located): void {
    const section = top.child('indexes');
    this.#indexes ??= [];
    for (const [i, index] of indexes.entries()) {
      this.#addIndex(index, section.item(i), this.#indexes);
    }
  }

  #addIndex(index: Index, at: Located, indexes: DesiredIndex[]): void {
    const { name, method, tablespace = DEFAULT_TABLESPACE } = index;
    if (!this.#identities.isNew(`index ${name}`, at)) return;
    const fields = indexFields(index.fields, at.child('fields'), this.#problems);
    this.methods.set(name, at.child('method'));
    indexes.push({ name, method, tablespace, fields, source: at.place });
  }

  #addServermap({ servermap }: ClusterManifest, at: Located): void {
    if (!this.#identities.isOnlySection('servermap', at)) return;
    const { desired, literalServermap } = servermapOf(servermap, at);
    this.#servermap = desired;
    this.literalServermap = literalServermap;
  }

  #addConfig(section: Located): void {
    this.configs.push(section);
    this.#config ??= [];
    for (const entry of section.entries) {
      const { key, keySpan, value } = entry;
      if (!this.#identities.isNew(`config ${key}`, section.valueAt(entry))) continue;
      const source = section.file.place(keySpan.start);
      this.#config.push({ key, value: exactValue(value), source });
    }
  }
}

/** The fields of an index from their list at `at`. Adds to `problems`. */
export function indexFields(
  fields: readonly IndexField[],
  at: Located,
  problems: ProblemList,
): readonly DesiredIndexField[] {
  const desired = fields.flatMap((field, i) => indexField(field, at.item(i), problems));
  const expressions = new Identities(problems);
  for (const [i, { expression }] of desired.entries()) {
    expressions.isNew(`the expression ${expression}`, at.item(i));
  }
  return desired;
}

function indexField(
  { pointer, type, expression = '' }: IndexField,
  at: Located,
  problems: ProblemList,
): readonly DesiredIndexField[] {
  const source = at.place;
  if (pointer === undefined) return [{ expression, source }];
  const wrong = pointerProblem(pointer);
  if (wrong === undefined) return [{ expression: compilePointer(pointer, type), source }];
  problems.addAt(at.child('pointer'), () => ({ message: wrong }));
  return [];
}

interface WrittenServermap {
  readonly desired: DesiredServermap;
  /** The map, where it is written out. */
  readonly literalServermap: Located | undefined;
}

/** The server map that is written at `at`. */
export function servermapOf(
  servermap: ClusterManifest['servermap'],
  at: Located,
): WrittenServermap {
  const source = at.place;
  if (servermap?.map === undefined) {
    return { desired: { algorithm: 'ring', source }, literalServermap: undefined };
  }
  const literalServermap = at.child('map');
  const map = exactValue(literalServermap.node);
  return { desired: { algorithm: 'literal', map, source }, literalServermap };
}

function pointerProblem(pointer: string): string | undefined {
  try {
    parsePointer(pointer);
    return undefined;
  } catch (error) {
    if (error instanceof LenkwerkError) return error.message;
    throw error;
  }
}
