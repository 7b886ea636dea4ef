/** Checks of each target: settings, store, checkpoint and slot; and slots that no target needs. */
import type { StoreSettings } from '../../kvstore/settings.js';
import { formatLsn } from '../../model/lsn.js';
import { otherOwner } from '../../publishing/agent/context.js';
import type { Condition } from '../../publishing/records/condition.js';
import { describeCondition } from '../../publishing/records/condition-words.js';
import { type Finding, fail, ok, warn } from '../finding.js';
import { describeGuarantees } from '../guarantees.js';
import {
  checkpointOf,
  describeMissingSlot,
  isCheckpointRead,
  type SeenTarget,
  type StoreLook,
} from '../seen-target.js';
import type { StraySlot } from '../stray-slots.js';

const START_AGENT = 'start `lenkwerk agent`';

/** One finding per check of the target. `database`: the name of the checked database. */
export function checkTarget(seen: SeenTarget, database: string): readonly Finding[] {
  const { target, look } = seen;
  const { name } = target;
  if ('problem' in target) {
    const { message, hint } = target.problem;
    return [fail(`target.${name}.settings`, message, hint ?? 'correct config kvstores')];
  }
  return [
    ...(look === undefined ? [] : checkStore(name, target.settings, look)),
    ...checkRecords(seen),
    ...checkCheckpoint(seen),
    checkSlot(seen, database),
  ];
}

function checkStore(name: string, settings: StoreSettings, look: StoreLook): readonly Finding[] {
  const check = `target.${name}.store`;
  if (look.kind === 'failed') {
    const { message, hint } = look.error;
    return [fail(check, message, hint ?? 'is the store running, and are the settings right?')];
  }
  const { maxChanges, maxBytes } = look.limits;
  const limits = `a transaction may hold ${maxChanges} keys or ${maxBytes} bytes`;
  const version = look.version === undefined ? '' : ` (version ${look.version})`;
  return [
    ok(check, `${settings.description}${version} answers; ${limits}`),
    ok(`${check}.guarantees`, describeGuarantees(settings.guarantees)),
    ...look.troubles.map(({ kind, level, message, help }) => {
      return { check: `${check}.${kind}`, level, message, fix: help };
    }),
  ];
}

function checkRecords({ target, refused }: SeenTarget): readonly Finding[] {
  if (refused === undefined) return [];
  return [fail(`target.${target.name}.records`, refused.message, refused.hint)];
}

function checkCheckpoint({ target, look, condition }: SeenTarget): readonly Finding[] {
  if (condition === undefined) return [];
  const check = `target.${target.name}.checkpoint`;
  const checkpoint = checkpointOf(look);
  if (condition.kind === 'fine' && checkpoint !== undefined) {
    return [ok(check, `published up to ${formatLsn(checkpoint.lsn)} of this server's log`)];
  }
  return [judged(check, condition)];
}

function judged(check: string, condition: Condition): Finding {
  const { level, sentence, help } = describeCondition(condition);
  return { check, level, message: sentence, fix: help };
}

function checkSlot(seen: SeenTarget, database: string): Finding {
  const { target, slotName, slot, look } = seen;
  const check = `target.${target.name}.slot`;
  if (slot === undefined) {
    const fix = isCheckpointRead(look) ? START_AGENT : 'correct what keeps it from being read';
    return warn(check, describeMissingSlot(seen), fix);
  }
  const other = otherOwner(slot, database);
  if (other !== undefined) return fail(check, other.message, other.hint);
  if (slot.walStatus === 'lost') return judged(check, { kind: 'lost-wal', slot: slotName });
  const kept = `keeps ${slot.keptBytes ?? 0} bytes of WAL`;
  if (!slot.active)
    return warn(check, `slot ${slotName} has no reader, and it ${kept}`, START_AGENT);
  if (slot.walStatus === 'unreserved') {
    return warn(check, `slot ${slotName} is about to lose WAL`, 'raise max_slot_wal_keep_size');
  }
  return ok(check, `slot ${slotName} is read, and ${kept}`);
}

/**
 * One warning for each slot of an agent that no checkpoint belongs to. It may be dropped only when
 * every checkpoint was read: one that was not may name it.
 */
export function checkStrays(
  strays: readonly StraySlot[],
  targets: readonly SeenTarget[],
): readonly Finding[] {
  const unread = targets
    .filter(({ look }) => !isCheckpointRead(look))
    .map(({ target }) => target.name);
  const keep = `keep it until the checkpoint of ${unread.join(', ')} can be read, which may name it`;
  return strays.map(({ message, fix }) =>
    warn('slots.stranded', message, unread.length === 0 ? fix : keep),
  );
}
