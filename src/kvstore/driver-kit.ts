import { LenkwerkError } from '../model/errors.js';
import type { GuardedCommit, StoreLimits } from './store.js';

/**
 * Throws `store-rejected` for a commit beyond the limits. Drivers ask before they send, since a
 * server's answer to too large a request may look like a lack of space.
 */
export function checkCommitSize(commit: GuardedCommit, limits: StoreLimits): void {
  const changes = commit.puts.size + commit.deletes.size;
  if (changes > limits.maxChanges) {
    const message = `a commit of ${changes} changes; the store takes ${limits.maxChanges}`;
    throw new LenkwerkError('store-rejected', message);
  }
  const bytes = commitBytes(commit);
  if (bytes <= limits.maxBytes) return;
  const message = `a commit of ${bytes} bytes; the store takes ${limits.maxBytes}`;
  throw new LenkwerkError('store-rejected', message);
}

function commitBytes(commit: GuardedCommit): number {
  let bytes = Buffer.byteLength(commit.guard.key) * 2 + Buffer.byteLength(commit.guard.value);
  for (const key of commit.deletes) bytes += Buffer.byteLength(key);
  for (const [key, value] of commit.puts) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes;
}

/** The keys that start with a prefix, as a range of bytes. */
export interface PrefixBounds {
  /** The first key. */
  readonly start: Buffer;
  /** The first key behind them; undefined: they reach to the end of the store. */
  readonly end: Buffer | undefined;
}

export function prefixBounds(prefix: string): PrefixBounds {
  const start = Buffer.from(prefix);
  if (start.length === 0) return { start, end: undefined };
  // UTF-8 has no byte 0xff, so adding one to the last byte never carries.
  const end = Buffer.from(start);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  return { start, end };
}
