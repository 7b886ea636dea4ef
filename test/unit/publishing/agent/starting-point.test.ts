import { describe, expect, test } from 'vitest';
import { type Lsn, lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  checkSlot,
  type Evidence,
  resyncReason,
} from '../../../../src/publishing/agent/starting-point.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  sealed,
} from '../../../../src/publishing/records/checkpoint.js';
import { ServermapGenerations } from '../../../../src/publishing/stream/servermap-generations.js';
import { findSwitchPoint } from '../../../../src/replication/slot.js';

const at = (bytes: number): Lsn => lsnFromBytes(BigInt(bytes));

const CHECKPOINT: Checkpoint = {
  writeId: 'w',
  systemId: '7',
  timeline: 1,
  slot: 'lw_agent',
  slotGeneration: 'g',
  publication: 'p',
  phase: 'stream',
  lsn: at(100),
  committedAt: '2026-11-23T00:00:00.000Z',
  part: undefined,
  barrier: undefined,
  tables: new Map([['config', 'f']]),
};
const SLOT = {
  name: 'lw_agent',
  active: false,
  lost: false,
  confirmedFlush: at(100),
  plugin: 'pgoutput',
  database: 'lenkwerk',
};
const GOOD: Evidence = {
  slot: SLOT,
  system: { systemId: '7', timeline: 1, flushLsn: at(200) },
  leftTimelineAt: undefined,
  checkpoint: CHECKPOINT,
  checkpointExists: true,
  publication: 'p',
};

describe('the stream goes on', () => {
  test('at a checkpoint that fits', () => {
    expect(resyncReason(GOOD)).toBeUndefined();
    expect(resyncReason({ ...GOOD, slot: { ...SLOT, confirmedFlush: at(1) } })).toBeUndefined();
  });

  test('in the middle of parts: they are done again', () => {
    expect(resyncReason({ ...GOOD, checkpoint: { ...CHECKPOINT, part: 3 } })).toBeUndefined();
  });

  test('on a new timeline that began at or after the checkpoint', () => {
    const system = { ...GOOD.system, timeline: 2 };
    expect(resyncReason({ ...GOOD, system, leftTimelineAt: at(100) })).toBeUndefined();
    expect(resyncReason({ ...GOOD, system, leftTimelineAt: at(99) })).toBeDefined();
    expect(resyncReason({ ...GOOD, system, leftTimelineAt: undefined })).toBeDefined();
  });
});

describe('a resync is needed', () => {
  const beyond = 'the slot was confirmed beyond the checkpoint';
  const snapshot: Checkpoint = { ...CHECKPOINT, phase: 'snapshot' };
  const reasons: readonly (readonly [string, Partial<Evidence>])[] = [
    ['there is no checkpoint', { checkpoint: undefined, checkpointExists: false }],
    ['the checkpoint is damaged', { checkpoint: undefined }],
    ['the replication slot is missing', { slot: undefined }],
    ['the replication slot lost WAL that it needed', { slot: { ...SLOT, lost: true } }],
    ['an earlier resync was not finished', { checkpoint: snapshot }],
    ['the checkpoint belongs to another slot', { checkpoint: { ...CHECKPOINT, slot: 'other' } }],
    ['the checkpoint is of another server', { system: { ...GOOD.system, systemId: '8' } }],
    [beyond, { slot: { ...SLOT, confirmedFlush: at(101) } }],
    [beyond, { slot: { ...SLOT, confirmedFlush: undefined } }],
    [
      "the server's WAL ends before the checkpoint",
      { system: { ...GOOD.system, flushLsn: at(99) } },
    ],
    ['the publication was changed', { publication: 'other' }],
  ];
  test.each(reasons)('because %s', (reason, evidence) => {
    expect(resyncReason({ ...GOOD, ...evidence })).toBe(reason);
  });
});

test('a slot of something else is left alone', () => {
  checkSlot(SLOT, 'lenkwerk');
  checkSlot(undefined, 'lenkwerk');
  const foreign = expect.objectContaining({ code: 'environment' });
  expect(() => checkSlot({ ...SLOT, plugin: 'wal2json' }, 'lenkwerk')).toThrow(foreign);
  expect(() => checkSlot(SLOT, 'other')).toThrow(foreign);
});

test('a timeline history tells where each ancestor was left', () => {
  const history = '1\t0/3000060\tno recovery target specified\n\n2\t0/5000000\treason\n';
  expect(findSwitchPoint(history, 1)).toBe(at(0x3000060));
  expect(findSwitchPoint(history, 2)).toBe(at(0x5000000));
  expect(findSwitchPoint(history, 3)).toBeUndefined();
});

describe('a checkpoint', () => {
  test('is read back as it was written', () => {
    expect(decodeCheckpoint(encodeCheckpoint(CHECKPOINT))).toEqual(CHECKPOINT);
    const full = { ...CHECKPOINT, part: 2, barrier: 'n', lsn: lsnFromBytes(2n ** 60n) };
    expect(decodeCheckpoint(encodeCheckpoint(full))).toEqual(full);
  });

  test('that is damaged is none', () => {
    const text = encodeCheckpoint(CHECKPOINT);
    const damaged = ['', 'null', '[]', '{}', text.slice(1), text.replace('stream', 'steam')];
    damaged.push(text.replace('0/64', 'x'), text.replace('"timeline":1', '"timeline":-1'));
    for (const broken of damaged)
      expect([broken, decodeCheckpoint(broken)]).toEqual([broken, undefined]);
  });

  test('is none with any one bit changed', () => {
    const text = encodeCheckpoint(CHECKPOINT);
    for (let at = 0; at < text.length; at += 1) {
      for (let bit = 1; bit < 0x80; bit *= 2) {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        expect(decodeCheckpoint(bytes.toString())).toBeUndefined();
      }
    }
  });

  test('of an unknown version is refused', () => {
    const text = sealed('{"version":2}');
    expect(() => decodeCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'store-rejected' }),
    );
  });
});

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
    generations.put(10n, 'r10');
    generations.put(9n, 'r9');
    expect(generations.settle()).toEqual({ record: 'r10' });
    generations.remove(10n, at(60));
    expect(generations.settle()).toEqual({ record: 'r9' });
    generations.clear();
    expect(generations.settle()).toEqual({ record: undefined });
  });

  test('ask for a resync when the one before is not known for sure', () => {
    const needed = expect.objectContaining({ code: 'resync-required' });
    expect(() => start([1n, 2n]).remove(2n, at(49))).toThrow(needed);
    const incomplete = start([5n], false);
    incomplete.remove(5n, at(60));
    expect(() => incomplete.settle()).toThrow(needed);
    const replaced = start([5n], false);
    replaced.remove(5n, at(60));
    replaced.put(6n, 'r6');
    expect(replaced.settle()).toEqual({ record: 'r6' });
  });

  test('remember a bounded number of them', () => {
    const generations = start([]);
    for (let id = 1n; id <= 100n; id += 1n) generations.put(id, `r${id}`);
    for (let id = 100n; id > 84n; id -= 1n) generations.remove(id, at(60));
    expect(() => generations.settle()).toThrow(
      expect.objectContaining({ code: 'resync-required' }),
    );
  });
});
