import { describe, expect, test } from 'vitest';
import { formatJson } from '../../../src/model/json.js';
import { pairRing, ringServermap, servermapKey } from '../../../src/model/servermap.js';
import type { Change, ChangeOf } from '../../../src/planning/change.js';
import { oversizeProblems as problemsWithin } from '../../../src/planning/record-size.js';

const MAX_RECORD_BYTES = 1_200_000;
const oversizeProblems = (changes: readonly Change[]) =>
  problemsWithin(changes, { type: 'etcd', bytes: MAX_RECORD_BYTES });

const common = { reason: '', source: null, dangers: [], before: null, action: 'create' } as const;

function config(bytes: number): ChangeOf<'config'> {
  const value = `"${'x'.repeat(bytes - 2)}"`;
  return { ...common, kind: 'config', address: 'config/a', after: { key: 'a', value } };
}

function ring(instances: number): {
  readonly change: ChangeOf<'servermap'>;
  readonly bytes: number;
} {
  const members = Array.from({ length: instances }, (_, id) => ({
    id: 2_000_000_000 + id,
    host: `storage-${id}.example.com`,
    port: 54_321,
  }));
  const entries = pairRing(members).map(({ first, second }) => ({
    key: servermapKey(first),
    schaufel: `${first.host}:${first.port}`,
    copies: [`${first.host}:${first.port}`, `${second.host}:${second.port}`],
  }));
  const after = { algorithm: 'ring', entries } as const;
  const change = { ...common, kind: 'servermap', address: 'servermap', after } as const;
  return { change, bytes: Buffer.byteLength(formatJson(ringServermap(members))) };
}

describe('oversizeProblems', () => {
  test('values up to the limit pass, larger ones are named', () => {
    expect(oversizeProblems([config(MAX_RECORD_BYTES - 1_000)])).toEqual([]);
    expect(oversizeProblems([config(MAX_RECORD_BYTES)])).toMatchObject([{ address: 'config/a' }]);
  });

  test('the key of a config value counts as well: it stands in two places', () => {
    const change = config(1_000);
    const named = (length: number): Change => {
      const key = 'k'.repeat(length);
      return { ...change, after: { key, value: '1' } };
    };
    expect(oversizeProblems([named(MAX_RECORD_BYTES / 2 - 1_000)])).toEqual([]);
    expect(oversizeProblems([named(MAX_RECORD_BYTES / 2)])).toHaveLength(1);
  });

  test('the size of a row is counted as in JSON', () => {
    const dimension = (value: string): Change => {
      const bounds = { validFrom: '-infinity', validUntil: 'infinity' };
      const after = { field: '/a', default: value, ordinality: 0, ...bounds };
      return { ...common, kind: 'dimension', address: 'dimension//a', after };
    };
    const half = MAX_RECORD_BYTES / 2;
    expect(oversizeProblems([dimension('x'.repeat(MAX_RECORD_BYTES - 1_000))])).toEqual([]);
    expect(oversizeProblems([dimension('\n'.repeat(half - 1_000))])).toEqual([]);
    expect(oversizeProblems([dimension('\n'.repeat(half))])).toHaveLength(1);
    expect(oversizeProblems([dimension('\u0001'.repeat(MAX_RECORD_BYTES / 6))])).toHaveLength(1);
  });

  test('a deletion is never too large', () => {
    const { after } = config(MAX_RECORD_BYTES);
    const change = { ...common, kind: 'config', address: 'config/a', before: after } as const;
    expect(oversizeProblems([{ ...change, action: 'delete', after: null }])).toEqual([]);
  });

  test('the size of the ring is never underestimated, nor much overestimated', () => {
    const few = ring(100);
    expect(oversizeProblems([few.change])).toEqual([]);
    // The largest ring that passes fits, and the smallest that is refused is near the limit.
    let passes = 1;
    let refused = 100_000;
    while (refused - passes > 1) {
      const middle = Math.floor((passes + refused) / 2);
      if (oversizeProblems([ring(middle).change]).length === 0) passes = middle;
      else refused = middle;
    }
    expect(ring(passes).bytes).toBeLessThan(MAX_RECORD_BYTES);
    expect(ring(refused).bytes).toBeGreaterThan(MAX_RECORD_BYTES * 0.85);
  });
});
