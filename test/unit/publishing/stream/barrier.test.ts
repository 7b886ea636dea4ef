import { expect, test } from 'vitest';
import { type ErrorCode, LenkwerkError } from '../../../../src/model/errors.js';
import { ZERO_LSN } from '../../../../src/model/lsn.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { emitBarrier } from '../../../../src/publishing/stream/barrier.js';
import { SILENT_SESSION } from '../../../support/agents/scripted.js';

const NO_TABLES = {
  records: new Map(),
  fingerprints: new Map(),
  generations: { records: new Map(), complete: true },
};
const BARRIER = { after: ZERO_LSN, tables: NO_TABLES };
const LOCKED = 'lock-not-obtained';
const { signal: never } = new AbortController();

/** The attempts that fail so are taken from the list; then one succeeds. */
function emit(failures: ErrorCode[], signal: AbortSignal) {
  const tryBarrier = async () => {
    const code = failures.shift();
    if (code === undefined) return BARRIER;
    throw new LenkwerkError(code, 'not now', { hint: 'wait' });
  };
  const reader = { ...SILENT_SESSION, tryBarrier };
  return emitBarrier(reader, { keySpace: new KeySpace(''), nonce: 'n', signal });
}

test('a barrier is tried again while a writer holds the tables', async () => {
  const failures: ErrorCode[] = [LOCKED, LOCKED];
  expect(await emit(failures, never)).toBe(BARRIER);
  expect(failures).toEqual([]);
});

test('another failure ends it at once', async () => {
  const failures: ErrorCode[] = ['database-unavailable', LOCKED];
  await expect(emit(failures, never)).rejects.toMatchObject({ code: 'database-unavailable' });
  expect(failures).toEqual([LOCKED]);
});

test('once its time is over the last attempt is the reason', async () => {
  const failures: ErrorCode[] = [LOCKED, LOCKED];
  await expect(emit(failures, AbortSignal.abort())).rejects.toMatchObject({
    code: 'inconclusive',
    message: 'no barrier is possible: not now',
    hint: 'wait; or give a longer --timeout',
    cause: { code: LOCKED },
  });
  expect(failures).toEqual([LOCKED]);
});
