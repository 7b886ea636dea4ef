import { describe, expect, test } from 'vitest';
import {
  AcknowledgementKeys,
  MAX_ACKNOWLEDGEMENT_BYTES,
  MAX_KEY_BYTES,
} from '../../../src/kvstore/acknowledgements.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { uniquePrefix } from '../servers/servers.js';
import { commitOrThrow, freeCommit } from './commits.js';
import { replay, Watching } from './watch-contract.js';

/** What is promised of what nodes acknowledge. */
export function describeAcknowledgementContract(type: string, store: () => KeyValueStore): void {
  describe('acknowledgements', () => {
    testReports(store);
    testForeignReports(type, store);
    testSeparation(store);
  });
}

/** A target that no other test uses, prepared. */
async function newTarget(store: KeyValueStore): Promise<string> {
  const target = uniquePrefix().slice(1);
  await store.prepareAcknowledgements(target);
  return target;
}

async function reported(store: KeyValueStore, target: string): Promise<[string, string][]> {
  const { byNode, passedOver } = await store.acknowledgements(target);
  expect(passedOver).toBe(0);
  return [...byNode].sort(([a], [b]) => (a < b ? -1 : 1));
}

const ODD_NAMES = [
  ...['host_5432', '', '.', '..', '../host_1', '/host_1', 'a/b//c_1', 'a%2Fb_1', '%', '-'],
  ...['{eu}_1', '*', '[ab]_?', 'Journal', 'zookeeper', 'ä€😀_1', 'tab\tnew\nline', 'nul\u0000_1'],
  ...['with space_1', `'single' "double" \\back`],
];

function testReports(store: () => KeyValueStore): void {
  test('a node reports, replaces its report, and is forgotten', async () => {
    const target = await newTarget(store());
    expect(await reported(store(), target)).toEqual([]);
    await store().acknowledge(target, 'a_1', 'one');
    await store().acknowledge(target, 'b_1', '{"two": "ä\u0000"}');
    await store().acknowledge(target, 'a_1', 'three');
    const both = [
      ['a_1', 'three'],
      ['b_1', '{"two": "ä\u0000"}'],
    ];
    expect(await reported(store(), target)).toEqual(both);
    await store().prepareAcknowledgements(target);
    expect(await reported(store(), target)).toEqual(both);
    await store().forgetAcknowledgements(target, ['a_1', 'never']);
    expect(await reported(store(), target)).toEqual(both.slice(1));
    await store().acknowledge(target, 'a_1', 'again');
    expect(await reported(store(), target)).toEqual([['a_1', 'again'], both[1]]);
  });

  test('each name is a node of its own, and reaches nothing else', async () => {
    const [target, other] = [await newTarget(store()), await newTarget(store())];
    for (const node of ODD_NAMES) await store().acknowledge(target, node, `of ${node}`);
    const expected = new Map(ODD_NAMES.map((node) => [node, `of ${node}`]));
    expect((await store().acknowledgements(target)).byNode).toEqual(expected);
    expect(await reported(store(), other)).toEqual([]);
    await store().forgetAcknowledgements(target, ODD_NAMES);
    expect(await reported(store(), target)).toEqual([]);
  });

  test('a text and a name of the largest size are taken, and no longer ones', async () => {
    const target = await newTarget(store());
    const text = 'ä'.repeat(MAX_ACKNOWLEDGEMENT_BYTES / 2);
    const node = 'x'.repeat(MAX_KEY_BYTES / 2);
    await store().acknowledge(target, node, text);
    const refused = { code: 'invalid-input', retryable: false };
    await expect(store().acknowledge(target, node, `${text}x`)).rejects.toMatchObject(refused);
    const long = store().acknowledge(target, 'x'.repeat(MAX_KEY_BYTES), 'a');
    await expect(long).rejects.toMatchObject(refused);
    expect(await reported(store(), target)).toEqual([[node, text]]);
  });

  test('a thousand nodes are listed', async () => {
    const target = await newTarget(store());
    const nodes = Array.from({ length: 1_000 }, (_, i) => `node-${i}.example_5432`);
    await Promise.all(nodes.map((node) => store().acknowledge(target, node, 'x'.repeat(400))));
    const { byNode, passedOver } = await store().acknowledgements(target);
    expect(passedOver).toBe(0);
    expect([...byNode.keys()].sort()).toEqual([...nodes].sort());
    await store().forgetAcknowledgements(target, nodes);
    expect(await reported(store(), target)).toEqual([]);
  });
}

/** Also in commits, which write where reports are, but for PostgreSQL, whose table bounds them. */
function testForeignReports(type: string, store: () => KeyValueStore): void {
  test('what another program writes there is passed over where it is long or has no name', async () => {
    const target = await newTarget(store());
    await store().acknowledge(target, 'a_1', 'one');
    const { folder } = new AcknowledgementKeys(store().prefix, target);
    const long = Array.from({ length: 60 }, (_, i) => [`${folder}long-${i}_1`, LONG] as const);
    for (const put of [...long, [`${folder}%61_1`, 'x'] as const, [`${folder}b/c`, 'x'] as const]) {
      await commitOrThrow(store(), freeCommit(uniquePrefix(), [put]));
    }
    const { byNode, passedOver } = await store().acknowledgements(target);
    expect([...byNode]).toEqual([['a_1', 'one']]);
    expect(passedOver).toBe(PASSED_OVER[type] ?? long.length + 2);
  });
}

const LONG = 'x'.repeat(400_000);
const PASSED_OVER: Readonly<Record<string, number>> = { postgres: 0 };

function testSeparation(store: () => KeyValueStore): void {
  test('no listing shows a report, whatever its prefix', async () => {
    const target = await newTarget(store());
    await store().acknowledge(target, 'a_1', 'one');
    for (const prefix of ['', '/', 'lenkwerk-nodes/', 'lenkwerk-nodes/-/']) {
      const { records } = await store().readRange([prefix]);
      expect(records.filter(({ key }) => key.includes(target))).toEqual([]);
    }
  });

  test('a report wakes no watch of records, also of all keys', async () => {
    const target = await newTarget(store());
    const prefix = uniquePrefix();
    const watched = [`${prefix}/`, '/', ''];
    const all = watched.map((watchedPrefix) => new Watching(store(), { prefix: watchedPrefix }));
    for (const watching of all) await watching.receive(1);
    await store().acknowledge(target, 'a_1', 'one');
    await store().acknowledge(target, 'a_1', 'two');
    const key = `${prefix}/k`;
    const write = (value: string) =>
      commitOrThrow(store(), freeCommit(`${prefix}!`, [[key, value]]));
    const seen = async (value: string) => {
      for (const watching of all) {
        const isThere = () => replay(watching.events).get(key) === value;
        await watching.receiveUntil(isThere, `the record with ${value}`);
      }
    };
    const first = await write('1');
    await seen('1');
    await store().forgetAcknowledgements(target, ['a_1']);
    const second = await write('2');
    await seen('2');
    for (const watching of all) {
      await watching.stop();
      const changes = watching.events.flatMap((event) =>
        event.kind === 'changes' ? event.changes : event.snapshot.records,
      );
      expect(changes.filter((change) => change.key.includes(target))).toEqual([]);
    }
    expect(all[0]?.events.slice(1)).toEqual([
      { kind: 'changes', revision: first, changes: [{ key, value: '1' }] },
      { kind: 'changes', revision: second, changes: [{ key, value: '2' }] },
    ]);
  });

  test('guards hold, and earlier revisions are readable, whatever nodes report', async () => {
    const target = await newTarget(store());
    const prefix = uniquePrefix();
    const key = `${prefix}/guard`;
    const commit = { puts: new Map([[`${prefix}/k`, '1']]), deletes: new Set<string>() };
    const first = { key, expected: undefined, value: 'one' };
    const modRevision = await commitOrThrow(store(), { ...commit, guard: first });
    for (let i = 0; i < 20; i += 1) await store().acknowledge(target, 'a_1', String(i));
    const past = await store().readRange([`${prefix}/`], modRevision);
    expect(past.records.map((record) => record.value)).toEqual(['one', '1']);
    const guard = { key, expected: { value: 'one', modRevision }, value: 'two' };
    const revision = await commitOrThrow(store(), { ...commit, guard });
    expect(revision).toBeGreaterThan(modRevision);
    const watching = new Watching(store(), { prefix: `${prefix}/`, after: modRevision });
    const [event] = await watching.receive(1);
    await watching.stop();
    expect(event).toMatchObject({ kind: 'changes', revision });
  });
}
