import { describe, expect, test } from 'vitest';
import { type Lsn, lsnFromBytes, ZERO_LSN } from '../../../src/model/lsn.js';
import type { ChangeEvent, TransactionId } from '../../../src/replication/change-source.js';
import {
  ContinuityProof,
  HeldEvents,
  type StreamClaim,
  statusMessage,
} from '../../../src/replication/walsender.js';

const at = (bytes: number): Lsn => lsnFromBytes(BigInt(bytes));
const id = (commitLsn: number, xid = commitLsn, committedAtUs = 7n): TransactionId => ({
  commitLsn: at(commitLsn),
  xid,
  committedAtUs,
});

describe('a status message', () => {
  test('holds one position three times, the time since 2000, and whether it wants an answer', () => {
    const message = statusMessage(at(0x1_0000_0002), Date.UTC(2000, 0, 1, 0, 0, 1), true);
    const position = '0000000100000002';
    const time = (1_000_000).toString(16).padStart(16, '0');
    expect(message.toString('hex')).toBe(`6400000026${'72'}${position.repeat(3)}${time}01`);
  });

  test('confirms nothing with the position zero', () => {
    const message = statusMessage(ZERO_LSN, Date.UTC(2026, 0, 1), false);
    expect(message.subarray(6, 30)).toEqual(Buffer.alloc(24));
    expect(message.at(-1)).toBe(0);
  });
});

test('events are held until they can be handled, and come in order', () => {
  const held = new HeldEvents();
  const seen: ChangeEvent[] = [];
  const keepalive = (walEnd: number): ChangeEvent => {
    return { kind: 'keepalive', walEnd: at(walEnd), urgent: false };
  };
  held.receive(keepalive(1));
  held.receive(keepalive(2));
  expect(seen).toEqual([]);
  held.open((event) => seen.push(event));
  held.receive(keepalive(3));
  expect(seen).toEqual([keepalive(1), keepalive(2), keepalive(3)]);
});

const WITNESS = { endLsn: at(101), transaction: id(100) };
/** The slot was set back to before the witness. */
const CLAIM: StreamClaim = {
  witness: WITNESS,
  partOf: undefined,
  confirmed: at(50),
  flushLsn: at(500),
};
const MISSING = expect.objectContaining({ kind: 'witness-missing' });

describe('the witness', () => {
  test('need not come where the slot was confirmed at its end', () => {
    const proof = new ContinuityProof({ ...CLAIM, confirmed: at(101) });
    expect(proof.isProved).toBe(true);
    expect(proof.begin(id(101))).toBe('publish');
  });

  test('proves continuity, and it and what lies before it are dropped', () => {
    const proof = new ContinuityProof(CLAIM);
    proof.keepalive(at(100));
    expect([proof.begin(id(60)), proof.begin(id(99)), proof.isProved]).toEqual([
      'drop',
      'drop',
      false,
    ]);
    expect(proof.begin(id(100))).toBe('drop');
    expect(proof.isProved).toBe(true);
    expect(proof.begin(id(101))).toBe('publish');
    proof.keepalive(at(101));
  });

  test.each([
    ['another transaction at its place', id(100, 5)],
    ['the same at another time', id(100, 100, 8n)],
    ['a later one', id(101)],
  ])('is missing where %s comes first', (_, transaction) => {
    expect(() => new ContinuityProof(CLAIM).begin(transaction)).toThrow(MISSING);
  });

  test('is missing where the server has nothing more up to its end', () => {
    expect(() => new ContinuityProof(CLAIM).keepalive(at(101))).toThrow(MISSING);
  });

  test('of a resync cannot come again', () => {
    const witness = { endLsn: at(101), transaction: undefined };
    expect(() => new ContinuityProof({ ...CLAIM, witness }).begin(id(60))).toThrow(MISSING);
  });
});

describe('a transaction of which parts are in the store', () => {
  const claim = { ...CLAIM, confirmed: at(101), partOf: id(200), flushLsn: at(250) };
  const missing = expect.objectContaining({ kind: 'parts-missing' });

  test('may come after others, and lets everything pass from then on', () => {
    const proof = new ContinuityProof(claim);
    expect(proof.begin(id(150))).toBe('publish');
    proof.keepalive(at(200));
    expect(proof.begin(id(200))).toBe('publish');
    expect(proof.begin(id(300))).toBe('publish');
    proof.keepalive(at(400));
  });

  test.each([id(200, 5), id(200, 200, 8n), id(201)])('is missing where %o comes', (other) => {
    expect(() => new ContinuityProof(claim).begin(other)).toThrow(missing);
  });

  test('is missing where the server has nothing more beyond its place, or its former end', () => {
    expect(() => new ContinuityProof(claim).keepalive(at(201))).toThrow(missing);
    const shorter = { ...claim, flushLsn: at(150) };
    expect(() => new ContinuityProof(shorter).keepalive(at(150))).toThrow(missing);
    expect(() => new ContinuityProof(shorter).begin(id(150))).toThrow(missing);
    new ContinuityProof(shorter).keepalive(at(149));
  });
});
