/** Where everything stands: read once, without a write or a lock. */
import type { Client } from 'pg';
import type { ApplyLogSummary } from '../database/apply-log.js';
import { listApplyLog } from '../database/apply-log.js';
import { isPrivilegeMissing } from '../postgres/errors.js';
import { readServerFacts, type ServerFacts } from '../postgres/server.js';
import { readSlotActivity, type SlotActivity } from '../postgres/slots.js';
import type { Checkpoint } from '../publishing/records/checkpoint.js';
import type { Target } from '../publishing/targets/targets.js';
import { type SeenTarget, type StoreLook, seeTargets } from './seen-target.js';

/** An idle agent lets other tables' traffic pile up to 16 MiB before it moves its position. */
const MUCH_BEHIND_BYTES = 64 * 1024 * 1024;

export interface TargetReport {
  readonly name: string;
  /** Without secrets; undefined: its settings cannot be used. */
  readonly store: string | undefined;
  readonly slotName: string;
  readonly slot: SlotActivity | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** Written to the log and not published, other tables' traffic included. */
  readonly lagBytes: bigint | undefined;
  /** undefined: not known, since no agent is active or it has had nothing to confirm lately. */
  readonly lagSeconds: number | undefined;
  /** Since the newest published transaction was committed. */
  readonly ageSeconds: number | undefined;
  /** Sentences, worst first. */
  readonly troubles: readonly string[];
}

export interface StatusReport {
  readonly server: ServerFacts;
  readonly targets: readonly TargetReport[];
  /** Slots of agents whose target is not configured (any more). */
  readonly strandedSlots: readonly SlotActivity[];
  /** undefined: there was none. `hidden`: this role may not read the log of applies. */
  readonly lastApply: ApplyLogSummary | 'hidden' | undefined;
  /** Of all targets and slots. */
  readonly troubles: readonly string[];
}

/** Throws what the database throws; a store that fails is a trouble. */
export async function readStatus(
  client: Client,
  targets: readonly Target[],
): Promise<StatusReport> {
  // The stores first: the server's position is then never older than a checkpoint.
  const seen = await seeTargets(targets);
  const slots = await readSlotActivity(
    client,
    seen.map(({ slotName }) => slotName),
  );
  const server = await readServerFacts(client);
  const reports = seen.map((target) => reportOf(target, slots, server));
  const strandedSlots = findStranded(slots, seen);
  const lastApply = await readLastApply(client);
  const troubles = [
    ...(server.standby ? ['the database server is a standby: nothing is published from it'] : []),
    ...reports.flatMap(({ name, troubles: own }) => own.map((trouble) => `${name}: ${trouble}`)),
    ...strandedSlots.map(strandedTrouble),
  ];
  return { server, targets: reports, strandedSlots, lastApply, troubles };
}

async function readLastApply(client: Client): Promise<StatusReport['lastApply']> {
  try {
    return (await listApplyLog(client, 1))[0];
  } catch (error) {
    if (isPrivilegeMissing(error)) return 'hidden';
    throw error;
  }
}

/** Slots that look like ours and belong to no target. */
export function findStranded(
  slots: readonly SlotActivity[],
  targets: readonly SeenTarget[],
): readonly SlotActivity[] {
  const known = new Set(targets.map(({ slotName }) => slotName));
  return slots.filter(
    ({ name, active }) => /^lw_agent(_|$)/.test(name) && !known.has(name) && !active,
  );
}

function strandedTrouble({ name, keptBytes = 0 }: SlotActivity): string {
  return `slot ${name} belongs to no configured target and keeps ${keptBytes} bytes of WAL`;
}

function reportOf(
  { target, look, slotName }: SeenTarget,
  slots: readonly SlotActivity[],
  server: ServerFacts,
): TargetReport {
  const slot = slots.find(({ name }) => name === slotName);
  const checkpoint = look?.kind === 'reached' ? look.checkpoint : undefined;
  const lagBytes = lagOf(checkpoint, slot, server);
  return {
    name: target.name,
    store: 'problem' in target ? undefined : target.settings.description,
    slotName,
    slot,
    checkpoint,
    lagBytes,
    lagSeconds: lagBytes === 0n ? 0 : slot?.reader?.flushLagSeconds,
    ageSeconds: ageOf(checkpoint, server.now),
    troubles: [
      ...('problem' in target ? [target.problem.message] : []),
      ...storeTroubles(look, server),
      ...slotTroubles(slotName, slot),
      ...(lagBytes !== undefined && lagBytes > MUCH_BEHIND_BYTES
        ? [`${lagBytes} bytes of the log are not published`]
        : []),
    ],
  };
}

function lagOf(
  checkpoint: Checkpoint | undefined,
  slot: SlotActivity | undefined,
  server: ServerFacts,
): bigint | undefined {
  if (checkpoint?.phase === 'stream' && checkpoint.systemId === server.systemId) {
    return checkpoint.lsn > server.walLsn ? 0n : server.walLsn - checkpoint.lsn;
  }
  return slot?.behindBytes === undefined ? undefined : BigInt(slot.behindBytes);
}

function ageOf(checkpoint: Checkpoint | undefined, now: Date): number | undefined {
  if (checkpoint?.committedAt === undefined) return undefined;
  const ms = now.getTime() - Date.parse(checkpoint.committedAt);
  return Number.isFinite(ms) ? Math.max(0, ms) / 1000 : undefined;
}

/** What is wrong with the checkpoint or the way to it. */
export function storeTroubles(seen: StoreLook | undefined, server: ServerFacts): readonly string[] {
  if (seen === undefined) return [];
  if (seen.kind === 'failed') return [seen.error.message];
  const { checkpoint, checkpointExists } = seen;
  if (checkpoint === undefined) {
    return [checkpointExists ? 'the checkpoint is damaged' : 'nothing was ever published'];
  }
  if (checkpoint.systemId !== server.systemId) {
    return ['the checkpoint is of another database server'];
  }
  if (checkpoint.phase === 'snapshot') return ['a resync is under way, or was not finished'];
  if (checkpoint.lsn > server.walLsn) return ["the checkpoint is beyond the server's log"];
  if (checkpoint.part !== undefined) return ['a large transaction is being published in parts'];
  return [];
}

/** What is wrong with the slot. */
export function slotTroubles(name: string, slot: SlotActivity | undefined): readonly string[] {
  if (slot === undefined) return [`no agent has run: there is no slot ${name}`];
  if (slot.walStatus === 'lost') return [`slot ${name} lost WAL that it needed: it will resync`];
  if (!slot.active) {
    return [`no agent is active: slot ${name} keeps ${slot.keptBytes ?? 0} bytes of WAL`];
  }
  if (slot.walStatus === 'unreserved') return [`slot ${name} is about to lose WAL`];
  return [];
}
