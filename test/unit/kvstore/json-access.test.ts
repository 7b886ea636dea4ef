import { expect, test } from 'vitest';
import { watchJson } from '../../../src/kvstore/json-access.js';
import type { WatchEvent } from '../../../src/kvstore/store.js';
import { formatJson } from '../../../src/model/json.js';

function resync(records: Record<string, string>): WatchEvent {
  const list = Object.entries(records).map(([key, value]) => ({ key, value, modRevision: 1n }));
  return { kind: 'resync', reason: 'start', snapshot: { revision: 1n, records: list } };
}

const changes = (key: string, value: string | undefined): WatchEvent => ({
  kind: 'changes',
  revision: 2n,
  changes: [{ key, value }],
});

async function calls(events: readonly WatchEvent[]): Promise<string[]> {
  const seen: string[] = [];
  async function* replay() {
    yield* events;
  }
  await watchJson(replay(), (key, value) => {
    seen.push(`${key}=${value === undefined ? 'gone' : formatJson(value)}`);
  });
  return seen;
}

test('keys that vanished in a gap are deletions, before what is there now', async () => {
  const events = [resync({ a: '1', b: '2' }), changes('c', '3'), resync({ b: '2', d: '4' })];
  expect(await calls(events)).toEqual(['a=1', 'b=2', 'c=3', 'a=gone', 'c=gone', 'b=2', 'd=4']);
});

test('values that are not JSON are ignored, or delete the JSON value before', async () => {
  const events = [
    resync({ a: 'x', b: '1' }),
    changes('b', '{'),
    changes('b', undefined),
    changes('a', undefined),
    changes('a', 'null'),
  ];
  expect(await calls(events)).toEqual(['b=1', 'b=gone', 'a=null']);
});
