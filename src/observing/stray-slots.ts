/** Slots of agents that no checkpoint belongs to, and which checkpoints there are instead. */
import type { SlotActivity } from '../postgres/slots.js';
import { slotOfTarget } from '../publishing/agent/context.js';
import type { Target } from '../publishing/targets/targets.js';

/** A target with the slot of its checkpoint. */
interface Owner {
  readonly target: Target;
  readonly slotName: string;
  /** undefined: the checkpoint was not read, or there is none. */
  readonly checkpoint: { readonly slot: string } | undefined;
}

export interface StraySlot {
  readonly slot: SlotActivity;
  readonly message: string;
  /** What helps where all checkpoints could be read. */
  readonly fix: string;
}

/**
 * `used`: the names of slots on which an agent became active. A slot that is read counts only where
 * each target has a checkpoint: it may be that of an agent whose first one is not written yet.
 */
export function findStraySlots(
  slots: readonly SlotActivity[],
  owners: readonly Owner[],
  used: ReadonlySet<string>,
): readonly StraySlot[] {
  const known = new Set(owners.map(({ slotName }) => slotName));
  const isBegun = owners.every(({ checkpoint }) => checkpoint !== undefined);
  return slots
    .filter(({ name, active }) => {
      const isOurs = used.has(name) || /^lw_agent(_|$)/.test(name);
      return isOurs && !known.has(name) && (isBegun || !active);
    })
    .map((slot) => strayOf(slot, owners, used.has(slot.name)));
}

function strayOf(slot: SlotActivity, owners: readonly Owner[], wasUsed: boolean): StraySlot {
  const { name, active, keptBytes = 0 } = slot;
  const rivals = owners.filter(({ target, checkpoint }) => {
    const mayBeIts = active || wasUsed || slotOfTarget(target.name) === name;
    return mayBeIts && checkpoint !== undefined;
  });
  const kept = `keeps ${keptBytes} bytes of WAL`;
  const drop = `SELECT pg_drop_replication_slot('${name}')`;
  if (rivals.length === 0) {
    return { slot, message: `slot ${name} belongs to no configured target and ${kept}`, fix: drop };
  }
  const listed = rivals.map(({ target, slotName }) => `that of ${target.name} to ${slotName}`);
  const reader = active ? `is read by ${readerOf(slot)}` : 'has no reader';
  const message = `slot ${name} ${reader} and ${kept}, but no checkpoint belongs to it: ${listed.join(', ')}`;
  const one =
    'agents of one target with different --slot take it from one another: give all the same';
  return { slot, message, fix: `${one}, and drop the other slot once nothing reads it: ${drop}` };
}

function readerOf({ reader }: SlotActivity): string {
  const { pid, application, address } = reader ?? {};
  const from = address === undefined ? '' : ` from ${address}`;
  return `${application ?? 'an agent'}${from} (process ${pid ?? 'unknown'} of the server)`;
}
