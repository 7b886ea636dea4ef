/** Is the checkpoint what an agent wrote last? The records may be right beside one that is not. */
import type { Lsn } from '../model/lsn.js';
import type { Checkpoint } from '../publishing/records/checkpoint.js';

/** Why a checkpoint cannot be what the agent wrote last; undefined when it may be. */
export function alterationOf(
  checkpoint: Checkpoint | undefined,
  confirmed: ReadonlyMap<string, Lsn>,
): string | undefined {
  if (checkpoint === undefined) return 'the checkpoint was altered: it is not what an agent wrote';
  const { slot, lsn } = checkpoint;
  // An agent confirms a position after its checkpoint has it, and the slot was read first.
  if (checkpoint.phase === 'snapshot' || (confirmed.get(slot) ?? lsn) <= lsn) return undefined;
  return `the checkpoint is an old one: the slot ${slot} was confirmed beyond it`;
}
