/** A section of the manifests: what all documents list in it, and what overrides change of that. */
import type { SourcePlace } from '../../model/resources.js';
import { nearestName } from '../../model/text.js';
import type { Identities } from '../identities.js';
import type { ProblemList } from '../problems/problem-list.js';
import type { ClusterManifest } from '../schema/generated/cluster.js';
import type { OverridesManifest } from '../schema/generated/overrides.js';
import type { Located } from '../source.js';

/**
 * The mechanism of one section. Documents are added in their order, then all overrides, then all
 * removals; contradictions become problems with both places.
 */
export interface ManifestSection {
  /** Adds what a document lists; `top` is where the document begins. */
  add(manifest: ClusterManifest, top: Located): void;
  /** Replaces the fields that a document names. */
  override(manifest: OverridesManifest, top: Located): void;
  /** What can be removed by its address; absent where nothing can. */
  readonly objects?: Pick<SectionObjects<Sourced>, 'addresses' | 'delete'>;
}

/** What the sections of one run share. */
export interface SectionContext {
  readonly problems: ProblemList;
  /** What was listed. */
  readonly listed: Identities;
  /** What was overridden or removed. */
  readonly overridden: Identities;
  /** Where each object was overridden last, by its address. */
  readonly touched: Map<string, Located>;
}

interface Sourced {
  readonly source: SourcePlace;
}

/** The objects of a section, in the order of the manifests. */
export class SectionObjects<Item extends Sourced> {
  readonly #kind: string;
  readonly #context: SectionContext;
  /** By the address after the kind; undefined until a document has the section. */
  #items: Map<string, Item> | undefined;

  /** `kind`: what addresses begin with. */
  constructor(kind: string, context: SectionContext) {
    this.#kind = kind;
    this.#context = context;
  }

  /** undefined where no document has the section. */
  desired(): readonly Item[] | undefined {
    return this.#items && [...this.#items.values()];
  }

  get size(): number {
    return this.#items?.size ?? 0;
  }

  /** A document has the section, which may be empty. */
  begin(): void {
    this.#items ??= new Map();
  }

  /** False, and a problem, where it was listed before. `name`: its address after the kind. */
  add(name: string, at: Located, item: () => Item): boolean {
    const earlier = this.#items?.get(name)?.source;
    if (earlier !== undefined) {
      const message = `${this.#kind} ${name} is listed twice`;
      this.#context.problems.addAt(at, () => ({ message, related: earlier }));
      return false;
    }
    this.#items?.set(name, item());
    return true;
  }

  /**
   * Replaces the object of that name by what `change` makes of it. False, and a problem, where
   * there is none, or where another document overrides a field that is not part of `identity`.
   */
  override(name: string, override: Override<Item>): boolean {
    const { at, identity, change } = override;
    const address = this.#address(name);
    this.#context.touched.set(address, at);
    const base = this.#items?.get(name);
    if (base === undefined) {
      missing(this.#context, { address, at, known: this.addresses() });
      return false;
    }
    if (!this.#claim(address, at, identity)) return false;
    this.#items?.set(name, change(base));
    return true;
  }

  addresses(): readonly string[] {
    return [...(this.#items?.keys() ?? [])].map((name) => this.#address(name));
  }

  /** False where there is no object of this address. */
  delete(address: string): boolean {
    const [kind, name] = [`${this.#kind}/`, address.slice(this.#kind.length + 1)];
    return address.startsWith(kind) && this.#items?.delete(name) === true;
  }

  #address(name: string): string {
    return `${this.#kind}/${name}`;
  }

  #claim(address: string, at: Located, identity: readonly string[] | 'whole'): boolean {
    const { overridden } = this.#context;
    if (identity === 'whole') return overridden.isNew(address, at, 'overridden');
    const fields = at.entries.filter(({ key }) => !identity.includes(key));
    const claimed = fields.map((entry) =>
      overridden.isNew(`${entry.key} of ${address}`, at.valueAt(entry), 'overridden'),
    );
    return claimed.every(Boolean);
  }
}

interface Override<Item> {
  readonly at: Located;
  /** The fields that only name the object; `whole`: it is replaced as a whole. */
  readonly identity: readonly string[] | 'whole';
  readonly change: (base: Item) => Item;
}

interface Missing {
  readonly address: string;
  readonly at: Located;
  readonly known: readonly string[];
}

/** Adds the problem that an override meets nothing. */
export function missing({ problems }: SectionContext, { address, at, known }: Missing): void {
  problems.addAt(at, () => {
    const nearest = nearestName(address, known);
    const instead = 'what is new belongs into a manifest of kind Cluster';
    const hint = nearest === undefined ? instead : `did you mean ${nearest}?`;
    return { message: `no manifest has ${address}`, hint };
  });
}

/** The items of a list below `top`, each with where it is; nothing where there is no such list. */
export function* located<Item>(
  items: readonly Item[] | undefined,
  name: string,
  top: Located,
): Generator<readonly [Item, Located]> {
  if (items === undefined) return;
  const list = top.child(name);
  for (const [i, item] of items.entries()) yield [item, list.item(i)];
}

/** A place that replaces what stood in the place of the object. */
export function over(place: SourcePlace, { source }: Sourced): SourcePlace {
  return { ...place, was: source.was ?? source };
}
