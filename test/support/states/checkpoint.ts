/** A checkpoint as an agent writes it. */
import { lsnFromBytes } from '../../../src/model/lsn.js';
import type { Checkpoint } from '../../../src/publishing/records/checkpoint.js';

export const CHECKPOINT: Checkpoint = {
  version: 2,
  writeId: 'w',
  systemId: '7',
  timeline: 1,
  slot: 'lw_agent',
  cluster: 'c',
  publication: 'p',
  phase: 'stream',
  lsn: lsnFromBytes(100n),
  committedAt: '2026-11-23T00:00:00.000Z',
  part: undefined,
  partOf: undefined,
  barrier: undefined,
  witness: {
    endLsn: lsnFromBytes(100n),
    transaction: { commitLsn: lsnFromBytes(90n), xid: 5, committedAtUs: 1_790_000_000_000_001n },
  },
  activation: 'a',
  pending: [],
};
