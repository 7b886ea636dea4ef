/** The list `unmanaged`: what stays as it is although its section is managed. Decision D80. */
import type { ClusterManifest } from '../schema/generated/cluster.js';
import type { Located } from '../source.js';
import { located, type SectionContext } from './section.js';

/** The addresses of all documents. */
export class UnmanagedList {
  readonly #context: SectionContext;
  readonly #addresses = new Map<string, Located>();

  constructor(context: SectionContext) {
    this.#context = context;
  }

  add({ unmanaged }: ClusterManifest, top: Located): void {
    for (const [address, at] of located(unmanaged, 'unmanaged', top)) {
      if (this.#context.listed.isNew(`unmanaged ${address}`, at)) this.#addresses.set(address, at);
    }
  }

  /** In the order of the manifests. */
  get addresses(): readonly string[] {
    return [...this.#addresses.keys()];
  }

  /** A problem for each address that is also listed in its section. `listed`: those addresses. */
  check(listed: () => Iterable<string>): void {
    if (this.#addresses.size === 0) return;
    for (const address of listed()) {
      const at = this.#addresses.get(address);
      if (at === undefined) continue;
      const message = `${address} is listed in its section, so it is managed`;
      const hint = 'keep one of the two';
      this.#context.problems.addAt(at, () => ({ message, hint }));
    }
  }
}
