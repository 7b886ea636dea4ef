/** Step 5: may an agent go on from a checkpoint? */
import type { Rule } from '../rule.js';
import { type Checkpoint, type Look, NONE } from '../world/state.js';

/** Where the agent waits when the server is an old primary. */
const WAITS: Readonly<Record<Rule['step5OldPrimary'], (look: Look) => boolean>> = {
  always: () => true,
  'where it has the slot': ({ confirmed }) => confirmed !== NONE,
  never: () => false,
};

/** The outcome of step 5: go on, resync, or wait (for an old primary). */
export function judge(rule: Rule, look: Look, checkpoint: Checkpoint | undefined) {
  if (checkpoint === undefined) return 'resync';
  const waits = WAITS[rule.step5OldPrimary](look);
  if (waits && isOldPrimary(look, checkpoint)) return 'wait';
  if (look.confirmed === NONE) return 'resync';
  const { witness } = checkpoint;
  const reasons = [
    rule.step5Phase && checkpoint.snapshot,
    rule.step5System && checkpoint.system !== look.system,
    rule.step5Confirmed && look.confirmed > checkpoint.lsn,
    !knowsActivation(rule, look, checkpoint),
    rule.step8Proof === 'none' && look.flush < checkpoint.lsn,
    rule.step8Proof === 'witness' &&
      look.confirmed < witness.end &&
      !maySee(rule, look, checkpoint),
    rule.step5Timeline && !isInTimelines(rule, look, checkpoint),
  ];
  return reasons.includes(true) ? 'resync' : 'go on';
}

/** A server on a lower timeline of the same system than the checkpoint's. */
export function isOldPrimary(
  server: { readonly system: number; readonly timeline: number },
  checkpoint: Checkpoint,
): boolean {
  return checkpoint.system === server.system && server.timeline < checkpoint.timeline;
}

function knowsActivation(
  rule: Rule,
  { activation }: Look,
  { activation: own, pending }: Checkpoint,
) {
  if (!rule.step5Activation || activation === own) return true;
  switch (rule.step6Order) {
    case 'store first':
      return pending.includes(activation);
    case 'row first':
      return false;
    case 'none':
      return true;
  }
}

/** May the witness still come in the stream? */
function maySee(rule: Rule, { flush }: Look, { witness }: Checkpoint): boolean {
  if (rule.step5ConsistentPoint && witness.point) return false;
  return !rule.step5Flush || flush >= witness.end;
}

function isInTimelines(rule: Rule, look: Look, { timeline, witness, lsn }: Checkpoint): boolean {
  if (timeline === look.timeline) return true;
  const left = look.switches.find((entry) => entry.timeline === timeline);
  const needed = rule.step8Proof === 'none' ? lsn : Math.max(witness.end, look.confirmed);
  return left !== undefined && left.lsn >= needed;
}
