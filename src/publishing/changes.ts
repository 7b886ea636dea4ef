/** What is to be written: keys with their last values, and how much of it fits into one commit. */
import type { TableName } from '../model/resources.js';
import type { KeySpace } from './records/key-space.js';

/** The last value of each changed key; undefined: the key is deleted. */
export type Changes = ReadonlyMap<string, string | undefined>;

export interface BatchLimits {
  readonly maxChanges: number;
  readonly maxBytes: number;
}

/** What one or several transactions change, with an estimate of what a commit of it takes. */
export class ChangeSet {
  readonly changes = new Map<string, string | undefined>();
  readonly truncated = new Set<TableName>();
  sizeBytes = 0;

  get empty(): boolean {
    return this.changes.size === 0 && this.truncated.size === 0;
  }

  set(key: string, value: string | undefined, sizeBytes: number): void {
    // A key that is set again counts twice: an estimate that is never too low.
    this.sizeBytes += sizeBytes;
    this.changes.set(key, value);
  }

  truncate(table: TableName, keySpace: KeySpace): void {
    this.truncated.add(table);
    for (const key of this.changes.keys()) {
      if (keySpace.tableOfKey(key) === table) this.changes.set(key, undefined);
    }
  }

  absorb(later: ChangeSet, keySpace: KeySpace): void {
    for (const table of later.truncated) this.truncate(table, keySpace);
    for (const [key, value] of later.changes) this.changes.set(key, value);
    this.sizeBytes += later.sizeBytes;
  }
}

/** What a change adds to a commit, in bytes. */
export function changeSize(key: string, value: string | undefined): number {
  return Buffer.byteLength(key) + (value === undefined ? 0 : Buffer.byteLength(value));
}

/** Cuts changes into pieces that each fit into one commit, in order. */
export function split(changes: Changes, limits: BatchLimits): Changes[] {
  const pieces: Map<string, string | undefined>[] = [];
  let piece = new Map<string, string | undefined>();
  let sizeBytes = 0;
  for (const [key, value] of changes) {
    const size = changeSize(key, value);
    if (piece.size > 0 && (piece.size >= limits.maxChanges || sizeBytes + size > limits.maxBytes)) {
      pieces.push(piece);
      piece = new Map();
      sizeBytes = 0;
    }
    piece.set(key, value);
    sizeBytes += size;
  }
  pieces.push(piece);
  return pieces;
}
