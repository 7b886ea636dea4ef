/** Several documents -> one desired state. Contradictions are refused with both places. */
import type { DesiredState, SourcePlace } from '../model/resources.js';
import { Identities } from './identities.js';
import type { ProblemList } from './problems/problem-list.js';
import type { ClusterManifest } from './schema/generated/cluster.js';
import { overridesErrors } from './schema/generated/cluster-validator.js';
import type { OverridesManifest } from './schema/generated/overrides.js';
import { type DocumentKind, documentKind } from './schema/validate.js';
import { ConfigSection } from './sections/config.js';
import { DimensionsSection } from './sections/dimensions.js';
import { IndexesSection } from './sections/indexes.js';
import { InstancesSection } from './sections/instances.js';
import { located, type ManifestSection, missing, type SectionContext } from './sections/section.js';
import { ServermapSection } from './sections/servermap.js';
import { UnmanagedList } from './sections/unmanaged.js';
import { Located, type SourceFile, type SourceNode } from './source.js';

/** Documents of kind Overrides. */
export const OVERRIDES: DocumentKind<OverridesManifest> = documentKind(
  'overrides',
  overridesErrors,
);

interface DocumentOf<Manifest> {
  readonly file: SourceFile;
  readonly root: SourceNode;
  readonly manifest: Manifest;
}

/** Documents that fit their schema. */
export type ManifestDocument = DocumentOf<ClusterManifest>;
export type OverridesDocument = DocumentOf<OverridesManifest>;

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

/**
 * Merges manifests in the given order, then applies the overrides, whose order does not matter.
 * Adds to `problems`; with some the state is incomplete.
 */
export function mergeDocuments(
  manifests: readonly ManifestDocument[],
  overrides: readonly OverridesDocument[],
  problems: ProblemList,
): Merged {
  const merger = new Merger(problems);
  for (const document of manifests) merger.add(document);
  // What an override meets is unknown while the manifests contradict one another.
  if (problems.count > 0) return merger.merged();
  for (const document of overrides) merger.override(document);
  for (const document of overrides) merger.remove(document);
  merger.checkUnmanaged();
  return merger.merged();
}

/** The table of sections. */
function sectionsOf(context: SectionContext) {
  return {
    instances: new InstancesSection(context),
    dimensions: new DimensionsSection(context),
    indexes: new IndexesSection(context),
    servermap: new ServermapSection(context),
    config: new ConfigSection(context),
  };
}

class Merger {
  readonly #context: SectionContext;
  readonly #sections: ReturnType<typeof sectionsOf>;
  readonly #all: readonly ManifestSection[];
  readonly #unmanaged: UnmanagedList;
  readonly #clusterAt: SourcePlace[] = [];
  #cluster: string | undefined;

  constructor(problems: ProblemList) {
    const [listed, overridden] = [new Identities(problems), new Identities(problems)];
    this.#context = { problems, listed, overridden, touched: new Map() };
    this.#sections = sectionsOf(this.#context);
    this.#all = Object.values(this.#sections);
    this.#unmanaged = new UnmanagedList(this.#context);
  }

  merged(): Merged {
    const { instances, dimensions, indexes, servermap, config } = this.#sections;
    return {
      desired: {
        cluster: this.#cluster,
        unmanaged: this.#unmanaged.addresses,
        instances: instances.objects.desired(),
        dimensions: dimensions.objects.desired(),
        indexes: indexes.objects.desired(),
        servermap: servermap.desired,
        config: config.objects.desired(),
      },
      methods: indexes.methods,
      literalServermap: servermap.literal,
      configs: config.mappings,
      clusterAt: this.#clusterAt,
    };
  }

  add({ file, root, manifest }: ManifestDocument): void {
    const top = Located.document(file, root);
    this.#addCluster(manifest, top);
    for (const section of this.#all) section.add(manifest, top);
    this.#unmanaged.add(manifest, top);
  }

  checkUnmanaged(): void {
    this.#unmanaged.check(() => this.#all.flatMap((section) => section.objects?.addresses() ?? []));
  }

  #addCluster({ cluster }: ClusterManifest, top: Located): void {
    if (cluster === undefined) return;
    const at = top.child('cluster');
    const [related] = this.#clusterAt;
    if (this.#cluster !== undefined && this.#cluster !== cluster) {
      const message = `the manifests are for two clusters: ${cluster} and ${this.#cluster}`;
      this.#context.problems.addAt(at, () => ({ message, related }));
    }
    this.#clusterAt.push(at.place);
    this.#cluster ??= cluster;
  }

  override({ file, root, manifest }: OverridesDocument): void {
    const top = Located.document(file, root);
    for (const section of this.#all) section.override(manifest, top);
  }

  /** After all overrides. */
  remove({ file, root, manifest }: OverridesDocument): void {
    const top = Located.document(file, root);
    for (const [address, at] of located(manifest.remove, 'remove', top)) this.#remove(address, at);
  }

  #remove(address: string, at: Located): void {
    const { overridden, problems, touched } = this.#context;
    if (!overridden.isNew(address, at, 'removed')) return;
    const related = touched.get(address)?.place;
    if (related !== undefined) {
      problems.addAt(at, () => ({ message: 'is overridden and removed', related }));
    }
    const objects = this.#all.flatMap((section) => section.objects ?? []);
    if (objects.some((one) => one.delete(address))) return;
    const known = objects.flatMap((one) => one.addresses());
    missing(this.#context, { address, at, known });
  }
}
