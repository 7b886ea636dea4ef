/** What a resync writes: nothing of it shows a state before the last revision. */
import { beforeEach, expect, test } from 'vitest';
import type { GuardedCommit, StoredValue } from '../../../../src/kvstore/store.js';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../../src/publishing/records/checkpoint.js';
import { snapshotProgress } from '../../../../src/publishing/stream/progress.js';
import { Publisher } from '../../../../src/publishing/stream/publisher.js';
import { SILENT_STORE, scriptedContext } from '../../../support/agents/scripted.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const { cluster, systemId, timeline, slot, publication, activation, pending } = CHECKPOINT;
const BASE = { cluster, systemId, timeline, slot, publication, activation, pending };
const HELD = { value: encodeCheckpoint(CHECKPOINT), modRevision: 7n };
const AT = lsnFromBytes(100n);
const PRINTS = new Map([['config', 'f'] as const]);
const TABLES_KEY = '/Lenkwerk/default/Tables';

let commits: GuardedCommit[];

beforeEach(() => {
  commits = [];
});

function publisherAt(held: StoredValue | undefined, limits = SILENT_STORE.limits): Publisher {
  const context = scriptedContext({
    store: {
      ...SILENT_STORE,
      limits,
      commit: async (commit) => {
        commits.push(commit);
        return { kind: 'committed', revision: 10n + BigInt(commits.length) };
      },
    },
  });
  const { signal } = new AbortController();
  const tables = new Map<'config', string>();
  return new Publisher(context, {
    base: BASE,
    progress: snapshotProgress(AT),
    tables,
    held,
    signal,
  });
}

const checkpoints = () => commits.map(({ guard }) => decodeCheckpoint(guard.value));

test('a claim has an activation of its own, and what follows replaces it', async () => {
  const publisher = publisherAt(undefined);
  await publisher.claim(AT);
  await publisher.publishSnapshot(new Map(), AT, PRINTS);
  const [claim, whole] = checkpoints();
  expect(claim).toMatchObject({ phase: 'snapshot', lsn: 0n, witness: { endLsn: 100n } });
  expect(claim?.activation).not.toBe(BASE.activation);
  expect(whole).toMatchObject({ phase: 'stream', activation: BASE.activation });
  const replaced = { value: commits[0]?.guard.value, modRevision: 11n };
  expect(commits.map(({ guard }) => guard.expected)).toEqual([undefined, replaced]);
});

test('a snapshot that needs several revisions shows no state before the last', async () => {
  const publisher = publisherAt(HELD, { maxChanges: 2, maxBytes: 100_000 });
  const changes = new Map(['/Config/a', '/Config/b'].map((key) => [key, '1'] as const));
  await publisher.publishSnapshot(changes, AT, PRINTS);
  const [first, last] = checkpoints();
  expect(first).toMatchObject({ phase: 'snapshot', lsn: 0n, witness: { endLsn: 100n } });
  expect(last).toMatchObject({ phase: 'stream', lsn: 100n, witness: { endLsn: 100n } });
  expect(commits.map(({ puts }) => puts.has(TABLES_KEY))).toEqual([false, true]);
});
