/** A checkpoint as an agent writes it. */
import { lsnFromBytes } from '../../../src/model/lsn.js';
import type { Checkpoint } from '../../../src/publishing/records/checkpoint.js';

export const CHECKPOINT: Checkpoint = {
  writeId: 'w',
  systemId: '7',
  timeline: 1,
  slot: 'lw_agent',
  slotGeneration: 'g',
  publication: 'p',
  phase: 'stream',
  lsn: lsnFromBytes(100n),
  committedAt: '2026-11-23T00:00:00.000Z',
  part: undefined,
  barrier: undefined,
  tables: new Map([['config', 'f']]),
};
