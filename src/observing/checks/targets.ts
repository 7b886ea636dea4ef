/** Each target: its settings, store, checkpoint and slot; and slots that nobody needs. */
import type { StoreSettings } from '../../kvstore/settings.js';
import { formatLsn } from '../../model/lsn.js';
import type { ServerFacts } from '../../postgres/server.js';
import type { SlotActivity } from '../../postgres/slots.js';
import { type Finding, fail, ok, warn } from '../finding.js';
import type { SeenTarget, StoreLook } from '../seen-target.js';
import { findStranded, storeTroubles } from '../status.js';

const START_AGENT = 'start `lenkwerk agent`';

export interface TargetFacts {
  readonly server: ServerFacts;
  readonly database: string;
  readonly slots: readonly SlotActivity[];
}

export function checkTarget(
  { target, look, slotName }: SeenTarget,
  facts: TargetFacts,
): readonly Finding[] {
  const { name } = target;
  if ('problem' in target) {
    const { message, hint } = target.problem;
    return [fail(`target.${name}.settings`, message, hint ?? 'set config kvstores right')];
  }
  const slot = facts.slots.find((found) => found.name === slotName);
  return [
    ...(look === undefined ? [] : [checkStore(name, target.settings, look)]),
    ...(look?.kind === 'reached' ? [checkCheckpoint(name, look, facts)] : []),
    checkSlot(name, slotName, { slot, facts }),
  ];
}

function checkStore(name: string, settings: StoreSettings, look: StoreLook): Finding {
  const check = `target.${name}.store`;
  if (look.kind === 'failed') {
    const { message, hint } = look.error;
    return fail(check, message, hint ?? 'is the store running, and are the settings right?');
  }
  const { maxChanges, maxBytes } = look.limits;
  const limits = `a transaction may hold ${maxChanges} keys or ${maxBytes} bytes`;
  const version = look.version === undefined ? '' : ` (version ${look.version})`;
  return ok(check, `${settings.description}${version} answers; ${limits}`);
}

function checkCheckpoint(
  name: string,
  look: Extract<StoreLook, { kind: 'reached' }>,
  { server, slots }: TargetFacts,
): Finding {
  const check = `target.${name}.checkpoint`;
  const { checkpoint } = look;
  const [trouble] = storeTroubles(look, server);
  if (checkpoint === undefined) {
    const level = look.checkpointExists ? fail : warn;
    return level(
      check,
      trouble ?? 'there is none',
      `${START_AGENT}: it publishes everything again`,
    );
  }
  if (checkpoint.systemId !== server.systemId) {
    const fix = 'is this the right database? then an agent publishes everything again';
    return fail(check, trouble ?? '', fix);
  }
  if (trouble !== undefined) return warn(check, trouble, `${START_AGENT}, or wait for it`);
  const slot = slots.find(({ name: slotName }) => slotName === checkpoint.slot);
  if (slot === undefined) {
    return warn(check, `it belongs to slot ${checkpoint.slot}, which is not there`, START_AGENT);
  }
  return ok(check, `published up to ${formatLsn(checkpoint.lsn)} of this server's log`);
}

interface SeenSlot {
  readonly slot: SlotActivity | undefined;
  readonly facts: TargetFacts;
}

function checkSlot(name: string, slotName: string, { slot, facts }: SeenSlot): Finding {
  const check = `target.${name}.slot`;
  const drop = `SELECT pg_drop_replication_slot('${slotName}')`;
  if (slot === undefined) return warn(check, `there is no slot ${slotName} yet`, START_AGENT);
  if (slot.plugin !== 'pgoutput' || slot.database !== facts.database) {
    const of = `plugin ${slot.plugin ?? 'none'}, database ${slot.database ?? 'none'}`;
    return fail(check, `slot ${slotName} belongs to something else: ${of}`, drop);
  }
  if (slot.walStatus === 'lost') {
    return fail(
      check,
      `slot ${slotName} lost WAL`,
      `${START_AGENT}: it makes a new one, and resyncs`,
    );
  }
  const kept = `keeps ${slot.keptBytes ?? 0} bytes of WAL`;
  if (!slot.active)
    return warn(check, `nobody reads slot ${slotName}, and it ${kept}`, START_AGENT);
  if (slot.walStatus === 'unreserved') {
    return warn(check, `slot ${slotName} is about to lose WAL`, 'raise max_slot_wal_keep_size');
  }
  return ok(check, `slot ${slotName} is read, and ${kept}`);
}

export function checkStranded(
  slots: readonly SlotActivity[],
  targets: readonly SeenTarget[],
): readonly Finding[] {
  return findStranded(slots, targets).map(({ name, keptBytes = 0 }) =>
    warn(
      'slots.stranded',
      `slot ${name} belongs to no configured target and keeps ${keptBytes} bytes of WAL`,
      `SELECT pg_drop_replication_slot('${name}')`,
    ),
  );
}
