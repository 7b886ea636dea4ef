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
