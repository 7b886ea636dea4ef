import { describe, expect, test } from 'vitest';
import { type Lsn, lsnFromBytes, parseLsn, ZERO_LSN } from '../../../../src/model/lsn.js';
import { MAX_GENERATIONS } from '../../../../src/publishing/records/published-tables.js';
import {
  idOfServermap,
  ServermapGenerations,
} from '../../../../src/publishing/stream/servermap-generations.js';

const AT = parseLsn('0/1');
const at = (bytes: number): Lsn => lsnFromBytes(BigInt(bytes));

/** Generations 5 and up are remembered, 1 to 4 exist as well. */
function withOlderOnes(): ServermapGenerations {
  const ids = Array.from({ length: MAX_GENERATIONS }, (_, i) => BigInt(i + 5));
  const records = new Map(ids.map((id) => [id, `record ${id}`]));
  return new ServermapGenerations({ records, complete: false, exactFrom: ZERO_LSN });
}

test('the generation before a deleted one is published again', () => {
  const generations = withOlderOnes();
  const newest = BigInt(MAX_GENERATIONS + 4);
  generations.remove(newest, AT);
  expect(generations.settle()).toEqual({ record: `record ${newest - 1n}` });
});

test('an update of a generation that is too old to be kept hides none between', () => {
  const generations = withOlderOnes();
  const newest = BigInt(MAX_GENERATIONS + 4);
  generations.remove(newest, AT);
  generations.put(1n, 'record 1', false);
  for (let id = 5n; id < newest; id += 1n) generations.remove(id, AT);
  // The newest one left is 4, which is not remembered.
  expect(() => generations.settle()).toThrow(expect.objectContaining({ code: 'resync-required' }));
});

test('neither does one that was dropped for newer ones', () => {
  const start = { records: new Map(), complete: true, exactFrom: ZERO_LSN };
  const generations = new ServermapGenerations(start);
  const last = BigInt(MAX_GENERATIONS + 2);
  for (let id = 1n; id <= last; id += 1n) generations.put(id, `record ${id}`, true);
  for (let id = last; id > 3n; id -= 1n) generations.remove(id, AT);
  generations.put(1n, 'record 1', false);
  generations.remove(3n, AT);
  expect(() => generations.settle()).toThrow(expect.objectContaining({ code: 'resync-required' }));
});

test('the id of a published servermap is that of its row, whatever else it holds', () => {
  expect(idOfServermap('{"id":7,"server_map":{"id":1}}')).toBe(7n);
  expect(idOfServermap('{"note":"\\"id\\":1","server_map":[{"id":2}],"id":12}')).toBe(12n);
  expect(idOfServermap('{"id":9007199254740993}')).toBe(9_007_199_254_740_993n);
});

test.each(['', '[]', '{}', '{"server_map":{"id":1}}', '{"id":"1"}', '{"id":1.5}', '{"id":-1}'])(
  'a published servermap without an id asks for a resync: %s',
  (record) => {
    expect(() => idOfServermap(record)).toThrow(
      expect.objectContaining({ kind: 'unknown-generation' }),
    );
  },
);

describe('servermap generations', () => {
  const start = (ids: bigint[], complete = true) =>
    new ServermapGenerations({
      records: new Map(ids.map((id) => [id, `r${id}`])),
      complete,
      exactFrom: at(50),
    });

  test('publish the highest, whatever the order', () => {
    const generations = start([1n]);
    expect(generations.settle()).toBe('unchanged');
    generations.put(10n, 'r10', true);
    generations.put(9n, 'r9', true);
    expect(generations.settle()).toEqual({ record: 'r10' });
    generations.remove(10n, at(60));
    expect(generations.settle()).toEqual({ record: 'r9' });
    generations.clear();
    expect(generations.settle()).toEqual({ record: undefined });
  });

  test('require a resync when the previous one is not known for certain', () => {
    const needed = expect.objectContaining({ code: 'resync-required' });
    expect(() => start([1n, 2n]).remove(2n, at(49))).toThrow(needed);
    const incomplete = start([5n], false);
    incomplete.remove(5n, at(60));
    expect(() => incomplete.settle()).toThrow(needed);
    const replaced = start([5n], false);
    replaced.remove(5n, at(60));
    replaced.put(6n, 'r6', false);
    expect(replaced.settle()).toEqual({ record: 'r6' });
  });

  test('of which none is published ask for a resync when another than a new one changes', () => {
    const needed = expect.objectContaining({ kind: 'unknown-generation' });
    expect(() => start([], false).put(3n, 'r3', false)).toThrow(needed);
    const inserted = start([], false);
    inserted.put(4n, 'r4', true);
    expect(inserted.settle()).toEqual({ record: 'r4' });
    inserted.put(3n, 'r3', false);
    expect(inserted.settle()).toEqual({ record: 'r4' });
  });

  test('keep a bounded number of them', () => {
    const generations = start([]);
    for (let id = 1n; id <= 100n; id += 1n) generations.put(id, `r${id}`, true);
    for (let id = 100n; id > 84n; id -= 1n) generations.remove(id, at(60));
    expect(() => generations.settle()).toThrow(
      expect.objectContaining({ code: 'resync-required' }),
    );
  });
});
