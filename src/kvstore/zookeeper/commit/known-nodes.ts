/** What a session's own commits left, which the next one need not read again. */
import type { Revision } from '../../store.js';
import type { Connection } from '../protocol/connection.js';
import type { Node } from '../protocol/requests.js';
import type { NodeChange } from './writes.js';

/** Of the values that are remembered, in bytes; beyond it the oldest are forgotten. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Of one node besides its value, roughly. */
const NODE_BYTES = 200;

/**
 * Each write of a commit fails where its node has another version than the one given, so a mistake
 * costs one attempt. A server that goes back to an earlier state ends its sessions, and with its
 * connection everything is forgotten.
 */
export class KnownNodes {
  readonly #byPath = new Map<string, Node>();
  #bytes = 0;
  #connection: Connection | undefined;

  /** What the node of a path holds, as far as it is known. */
  of(connection: Connection, path: string): Node | undefined {
    return connection === this.#connection ? this.#byPath.get(path) : undefined;
  }

  /** After a commit through this connection. */
  learn(connection: Connection, changes: readonly NodeChange[], revision: Revision): void {
    if (connection !== this.#connection) this.forget();
    this.#connection = connection;
    for (const change of changes) {
      this.#remove(change.path);
      const node = nodeAfter(change, revision);
      if (node === undefined) continue;
      this.#byPath.set(change.path, node);
      this.#bytes += sizeOf(node);
    }
    for (const path of this.#byPath.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#remove(path);
    }
  }

  forget(): void {
    this.#byPath.clear();
    this.#bytes = 0;
  }

  #remove(path: string): void {
    const node = this.#byPath.get(path);
    if (node === undefined) return;
    this.#byPath.delete(path);
    this.#bytes -= sizeOf(node);
  }
}

/** undefined: it is gone, or keeps children and no data. */
function nodeAfter({ node, data }: NodeChange, revision: Revision): Node | undefined {
  if (data === undefined) return undefined;
  const stat = {
    createdBy: node?.stat.createdBy ?? revision,
    changedBy: revision,
    version: node === undefined ? 0 : node.stat.version + 1,
    dataBytes: data.length,
    children: node?.stat.children ?? 0,
  };
  return { data, stat };
}

function sizeOf({ data }: Node): number {
  return NODE_BYTES + (data?.length ?? 0);
}
