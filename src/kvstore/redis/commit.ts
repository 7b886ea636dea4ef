/** The one script that writes: what it gets, and what its answer means. */
import { randomUUID } from 'node:crypto';
import { CommitTooLarge, LenkwerkError } from '../../model/errors.js';
import { changesOf } from '../driver-kit.js';
import type { CommitOutcome, GuardedCommit, StoredValue, StoreLimits } from '../store.js';
import { errorOfText } from './connection/errors.js';
import { textsOf } from './connection/replies.js';
import type { ScriptCall } from './connection/session.js';
import type { RedisLayout } from './layout.js';
import { COMMIT } from './scripts.js';
import { REDIS_LIMITS } from './settings.js';

/** A commit of 4,000 keys keeps the server from other clients for up to 0.2 s. */
export const COMMIT_LIMITS: StoreLimits = { ...REDIS_LIMITS, maxChanges: 1_000 };

/** What the journal keeps of the past: so many revisions, and so many bytes of keys and values. */
const KEPT_REVISIONS = 100_000;
const KEPT_BYTES = 64 * 1024 * 1024;
/** Of the values that one commit replaces; beyond it the journal has an entry without changes. */
const MAX_REPLACED_BYTES = 8 * 1024 * 1024;

type Mode = 'commit' | 'probe';

/** The call for a commit. Throws `store-rejected` for one that changes a key twice. */
export function commitCall(layout: RedisLayout, commit: GuardedCommit): ScriptCall {
  const { guard, puts, deletes } = commit;
  // Throws for a key that is there twice.
  changesOf(commit);
  const { expected } = guard;
  const condition =
    expected === undefined
      ? ['absent', '', '']
      : ['held', String(expected.modRevision), expected.value];
  const written = new Map([[guard.key, guard.value], ...puts]);
  return call(layout, 'commit', { condition, written, deletes });
}

/**
 * The call that writes one value, or only looks whether it would be taken. Throws CommitTooLarge.
 */
export function recordCall(
  layout: RedisLayout,
  mode: Mode,
  [key, value]: readonly [string, string],
): ScriptCall {
  const sizeBytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  if (sizeBytes > COMMIT_LIMITS.maxBytes) {
    const message = `a record of ${sizeBytes} bytes; the store takes ${COMMIT_LIMITS.maxBytes}`;
    throw new CommitTooLarge(message);
  }
  const condition = ['no', '', ''];
  return call(layout, mode, { condition, written: new Map([[key, value]]), deletes: new Set() });
}

interface Changes {
  readonly condition: readonly string[];
  /** The guard's key first. */
  readonly written: ReadonlyMap<string, string>;
  readonly deletes: ReadonlySet<string>;
}

function call(
  { head, revisions, journal, sizes }: RedisLayout,
  mode: Mode,
  { condition, written, deletes }: Changes,
): ScriptCall {
  const bounds = [KEPT_REVISIONS, KEPT_BYTES, MAX_REPLACED_BYTES].map(String);
  return {
    script: COMMIT,
    keys: [head, revisions, journal, sizes, ...written.keys(), ...deletes],
    args: [mode, randomUUID(), ...condition, ...bounds, ...written.values()],
  };
}

/** What the script returned. Throws `store-rejected` for a commit that it refused. */
export function outcomeOf(reply: unknown, what: string): CommitOutcome {
  const [kind, first = null, second = null] = textsOf(reply);
  if (kind === 'committed') return { kind, revision: BigInt(first ?? 0) };
  if (kind === 'conflict') return { kind, current: storedValue(first, second) };
  const text = second ?? 'it is refused';
  const { message, hint } = errorOfText(text, { what: `${what}: ${first}`, isReply: true });
  throw new LenkwerkError('store-rejected', message, hint === undefined ? {} : { hint });
}

/** A value and its revision, which is 0 where another program wrote the key first. */
function storedValue(value: string | null, revision: string | null): StoredValue | undefined {
  return value === null ? undefined : { value, modRevision: BigInt(revision ?? 0) };
}
