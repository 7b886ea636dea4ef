import type { ProblemList } from './problems/problem-list.js';
import type { Located } from './source.js';

/** The identities in the manifests: each object of a cluster may be written once. */
export class Identities {
  readonly #seen = new Map<string, Located>();
  readonly #problems: ProblemList;

  /** Contradictions are added to `problems`. */
  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  /** False, and a problem that shows both places, when `identity` has been written before. */
  isNew(
    identity: string,
    at: Located,
    what: 'listed' | 'overridden' | 'removed' = 'listed',
  ): boolean {
    return this.#claim(identity, at, { message: `${identity} is ${what} twice` });
  }

  /** The same for a section, which may occur in one document only. */
  isOnlySection(section: string, at: Located, hint?: string): boolean {
    return this.#claim(section, at, { message: `${section} stands in a second document`, hint });
  }

  #claim(
    identity: string,
    at: Located,
    problem: { readonly message: string; readonly hint?: string | undefined },
  ): boolean {
    const earlier = this.#seen.get(identity);
    if (earlier === undefined) this.#seen.set(identity, at);
    else this.#problems.addAt(at, () => ({ ...problem, related: earlier.place }));
    return earlier === undefined;
  }
}
