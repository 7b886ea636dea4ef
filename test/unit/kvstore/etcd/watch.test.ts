import type { IEvent, IResponseHeader } from 'etcd3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RevisionAssembler, type StreamItem } from '../../../../src/kvstore/etcd/watch-stream.js';

const header = (revision: number): IResponseHeader => ({
  cluster_id: '1',
  member_id: '1',
  revision: String(revision),
  raft_term: '1',
});

function put(key: string, revision: number): IEvent {
  const kv = {
    key: Buffer.from(key),
    value: Buffer.from('v'),
    create_revision: '1',
    mod_revision: String(revision),
    version: '1',
    lease: '0',
  };
  return { type: 'Put', kv, prev_kv: kv };
}

const response = (events: IEvent[], more: { fragment?: boolean; created?: boolean } = {}) => ({
  header: header(100),
  created: more.created ?? false,
  fragment: more.fragment ?? false,
  events,
});

test('revisions come out whole and in order, however the events are cut into responses', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(sizes, cuts, (revisionSizes, fragmentSizes) => {
      const events = revisionSizes.flatMap((size, index) =>
        Array.from({ length: size }, (_, i) => put(`/k${i}`, index + 1)),
      );
      const assembler = new RevisionAssembler(0n);
      const items: StreamItem[] = [];
      for (let start = 0, n = 0; start < events.length; n += 1) {
        const end = start + (fragmentSizes[n] ?? 1);
        const fragment = end < events.length;
        items.push(...assembler.add(response(events.slice(start, end), { fragment })));
        start = end;
      }
      expect(
        items.map((item) => item.kind === 'changes' && [item.revision, item.changes.length]),
      ).toEqual(revisionSizes.map((size, index) => [BigInt(index + 1), size]));
    }),
  );
});

test('what was delivered before is not delivered again', () => {
  const assembler = new RevisionAssembler(2n);
  const items = [...assembler.add(response([put('/a', 1), put('/a', 2), put('/a', 3)]))];
  expect(items).toMatchObject([{ kind: 'changes', revision: 3n }]);
});

test('only a response without events that is not the first one reports progress', () => {
  const assembler = new RevisionAssembler(2n);
  expect([...assembler.add(response([], { created: true }))]).toEqual([]);
  expect([...assembler.add(response([], { fragment: true }))]).toEqual([]);
  expect([...assembler.add(response([]))]).toEqual([{ kind: 'progress', revision: 100n }]);
  expect([...assembler.add(response([]))]).toEqual([]);
});
