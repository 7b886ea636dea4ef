import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import type { TableName } from '../../../../src/model/resources.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { fingerprint } from '../../../../src/publishing/records/published-tables.js';
import { BatchQueue } from '../../../../src/publishing/stream/batch.js';
import type { RepairKeys } from '../../../../src/publishing/stream/repair.js';
import { TableShapes } from '../../../../src/publishing/stream/table-shapes.js';
import { Transactions } from '../../../../src/publishing/stream/transactions.js';
import type { Relation, Row } from '../../../../src/replication/change-source.js';

const column = (name: string, typeOid: number) => ({ name, typeOid });
const relation = (name: string, columns: Relation['columns']): Relation => {
  return { schema: 'storage', name, columns };
};
const CONFIG = relation('config', [column('id', 23), column('key', 25), column('value', 114)]);
const SERVERMAP = relation('servermap', [column('id', 23), column('server_map', 114)]);
const OTHER = relation('other', [column('id', 23)]);

interface World {
  /** Positions of transactions that are published. */
  readonly published?: readonly number[];
  readonly deferrable?: readonly TableName[];
  readonly maxChanges?: number;
}

/** One session's transactions, and what came of them. */
function session({ published = [], deferrable = [], maxChanges = 100 }: World = {}) {
  const keySpace = new KeySpace('');
  const queue = new BatchQueue({ maxChanges, maxBytes: 10_000 }, keySpace);
  const requests: RepairKeys[] = [];
  const known = [CONFIG, SERVERMAP].map(({ name, columns }) => {
    return [name, `${fingerprint(columns)}-c`] as const;
  });
  const transactions = new Transactions({ keySpace, target: 'default' }, queue, {
    isPublished: ({ xid }) => published.includes(xid),
    shapes: new TableShapes(new Map(known), new Set()),
    generations: {
      records: new Map([
        [1n, '{"id":1,"server_map":1}'],
        [2n, '{"id":2,"server_map":2}'],
      ]),
      complete: true,
      exactFrom: lsnFromBytes(0n),
    },
    deferrable: new Set(deferrable),
    onRepairRequest: (keys) => requests.push(keys),
    takeRepair: () => undefined,
  });
  for (const one of [CONFIG, SERVERMAP, OTHER]) {
    transactions.handle({ kind: 'relation', relation: one, fullIdentity: true });
  }
  let xid = 0;
  const run = (...events: readonly Parameters<Transactions['handle']>[0][]) => {
    xid += 1;
    const commitLsn = lsnFromBytes(BigInt(xid * 10));
    transactions.handle({ kind: 'begin', transaction: { commitLsn, xid, committedAtUs: 1n } });
    for (const event of events) transactions.handle(event);
    transactions.handle({ kind: 'commit', endLsn: lsnFromBytes(BigInt(xid * 10 + 5)) });
  };
  /** The changes of each batch. */
  const batches = () => {
    const taken: [string, string | undefined][][] = [];
    for (let batch = queue.take(); batch !== undefined; batch = queue.take()) {
      taken.push([...batch.changes]);
    }
    return taken;
  };
  return { transactions, run, batches, requests, queue };
}

const insert = (one: Relation, row: Row) => ({ kind: 'insert', relation: one, row }) as const;
const remove = (one: Relation, old: Row) => ({ kind: 'delete', relation: one, old }) as const;
const update = (one: Relation, old: Row, row: Row) => {
  return { kind: 'update', relation: one, old, row } as const;
};
const message = (prefix: string, content: string, transactional = true) => {
  return { kind: 'message', prefix, content, transactional } as const;
};
const config = (id: string, key: string, value: string): Row => ({ id, key, value });
const record = (id: number, key: string, value: string) =>
  `{"id":${id},"key":"${key}","value":${value}}`;

describe('changes of rows', () => {
  test('are changes of keys', () => {
    const { run, batches } = session();
    run(
      insert(CONFIG, config('1', 'a', '1')),
      insert(CONFIG, config('2', 'b', '2')),
      update(CONFIG, config('1', 'a', '1'), config('1', 'c', '3')),
      remove(CONFIG, config('2', 'b', '2')),
      insert(OTHER, { id: '1' }),
    );
    expect(batches()).toEqual([
      [
        ['/Config/a', undefined],
        ['/Config/b', undefined],
        ['/Config/c', record(1, 'c', '3')],
      ],
    ]);
  });

  test('of a published transaction are passed over', () => {
    const { run, batches, queue } = session({ published: [1] });
    run(insert(CONFIG, config('1', 'a', '1')), { kind: 'truncate', relations: [CONFIG] });
    expect(queue.idle).toBe(true);
    run(insert(CONFIG, config('1', 'a', '2')));
    expect(batches()).toEqual([[['/Config/a', record(1, 'a', '2')]]]);
  });

  test('of rows that swap their keys leave each key with its last holder', () => {
    const { run, batches } = session({ deferrable: ['config'] });
    run(
      update(CONFIG, config('1', 'a', '1'), config('1', 'b', '1')),
      update(CONFIG, config('2', 'b', '2'), config('2', 'a', '2')),
    );
    expect(new Map(batches()[0])).toEqual(
      new Map([
        ['/Config/a', record(2, 'a', '2')],
        ['/Config/b', record(1, 'b', '1')],
      ]),
    );
    // In the next transaction every key has one holder again.
    run(update(CONFIG, config('2', 'a', '2'), config('2', 'a', '3')));
    expect(batches()).toEqual([[['/Config/a', record(2, 'a', '3')]]]);
  });

  test('of a row whose key another one has taken do not reach that key', () => {
    const { run, batches } = session({ deferrable: ['config'] });
    run(
      insert(CONFIG, config('2', 'a', '2')),
      update(CONFIG, config('1', 'a', '1'), config('1', 'a', '9')),
      remove(CONFIG, config('1', 'a', '9')),
    );
    expect(batches()).toEqual([[['/Config/a', record(2, 'a', '2')]]]);
  });

  test('of a table without the old rows are refused', () => {
    const { transactions } = session();
    const described = { kind: 'relation', relation: CONFIG, fullIdentity: false } as const;
    expect(() => transactions.handle(described)).toThrow(
      expect.objectContaining({ code: 'database-not-initialised', retryable: true }),
    );
    transactions.handle({ kind: 'relation', relation: OTHER, fullIdentity: false });
  });
});

describe('generations of the servermap', () => {
  const generation = (id: string, map: string): Row => ({ id, server_map: map });

  test('an older one that changes is never shown, not even in a part', () => {
    const { run, batches } = session({ maxChanges: 2 });
    run(
      update(SERVERMAP, generation('1', '1'), generation('1', '9')),
      insert(CONFIG, config('1', 'a', '1')),
      insert(CONFIG, config('2', 'b', '2')),
      insert(CONFIG, config('3', 'c', '3')),
    );
    const shown = batches().flatMap((changes) =>
      changes.flatMap(([key, value]) => (key === '/Servermap' ? [value] : [])),
    );
    expect(shown).toEqual(['{"id":2,"server_map":2}']);
  });

  test('the newest one is shown, and the one before it once that is deleted', () => {
    const { run, batches } = session();
    run(insert(SERVERMAP, generation('3', '3')));
    run(remove(SERVERMAP, generation('3', '3')), remove(SERVERMAP, generation('2', '2')));
    run(remove(SERVERMAP, generation('1', '1')));
    expect(batches()).toEqual([[['/Servermap', undefined]]]);
  });

  test('one that gets another id is the newest under that one', () => {
    const { run, batches } = session();
    run(update(SERVERMAP, generation('2', '2'), generation('5', '5')));
    expect(batches()).toEqual([[['/Servermap', '{"id":5,"server_map":5}']]]);
    run(remove(SERVERMAP, generation('5', '5')));
    expect(batches()).toEqual([[['/Servermap', '{"id":1,"server_map":1}']]]);
  });

  test('a truncated table has none', () => {
    const { run, batches } = session();
    run({ kind: 'truncate', relations: [SERVERMAP, OTHER] });
    expect(batches()).toEqual([[['/Servermap', undefined]]]);
    run(insert(SERVERMAP, generation('7', '7')), insert(CONFIG, config('1', 'a', '1')));
    expect(new Map(batches()[0]).get('/Servermap')).toBe('{"id":7,"server_map":7}');
  });
});

describe('messages', () => {
  test('a barrier ends its batch', () => {
    const { run, queue } = session();
    run(insert(CONFIG, config('1', 'a', '1')), message('lenkwerk/barrier', 'n'));
    run(insert(CONFIG, config('1', 'a', '2')));
    expect(queue.take()?.end).toMatchObject({ barrier: 'n', lsn: 15n });
    expect(queue.take()?.end).toMatchObject({ barrier: undefined, lsn: 25n });
    run(message('lenkwerk/barrier', 'm', false), message('other/barrier', 'm'));
    expect(queue.take()).toBeUndefined();
  });

  test('a resync is requested from the target that is named', () => {
    const { run } = session();
    run(message('lenkwerk/resync', 'other'), message('lenkwerk/resync', 'default', false));
    expect(() => run(message('lenkwerk/resync', 'default'))).toThrow(
      expect.objectContaining({ code: 'resync-required', kind: 'asked' }),
    );
  });

  test('a repair is requested from all', () => {
    const { run, requests } = session({ published: [2] });
    run(message('lenkwerk/repair', '["/Config/a"]'));
    run(message('lenkwerk/repair', '["/Config/b"]'));
    run(message('lenkwerk/repair', ''));
    expect(requests).toEqual([new Set(['/Config/a']), 'everything']);
  });
});

test('a table of another shape is repaired, and nothing is shown before that', () => {
  const { transactions, run, batches, requests } = session();
  const reshaped = relation('config', [...CONFIG.columns, column('more', 25)]);
  transactions.handle({ kind: 'relation', relation: reshaped, fullIdentity: true });
  expect(requests).toEqual(['everything']);
  run(insert(reshaped, { ...config('1', 'a', '1'), more: 'x' }));
  run(insert(SERVERMAP, { id: '3', server_map: '3' }));
  expect(batches()).toEqual([]);
});
