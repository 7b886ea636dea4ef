/** The status of all targets, read once, without a write or a lock. */
import type { Client } from 'pg';
import type { ApplyLogSummary } from '../database/log/entries.js';
import { listApplyLog } from '../database/log/list.js';
import type { StoreGuarantees } from '../kvstore/store.js';
import type { NodeState, NodesReport } from '../nodes/judge.js';
import { describeGroup, groupNodes } from '../nodes/words.js';
import { isPrivilegeMissing } from '../postgres/errors.js';
import type { ServerFacts } from '../postgres/server.js';
import type { SlotActivity } from '../postgres/slots.js';
import { otherOwner } from '../publishing/agent/context.js';
import type { Checkpoint } from '../publishing/records/checkpoint.js';
import { describeCondition } from '../publishing/records/condition-words.js';
import { isUnreadableConfig, type Target } from '../publishing/targets/targets.js';
import { checkpointOf, describeMissingSlot, type SeenTarget, seeTargets } from './seen-target.js';

/** An idle agent lets up to 16 MiB of other tables' traffic pass before it records its position. */
const MUCH_BEHIND_BYTES = 64 * 1024 * 1024;

export interface TargetReport {
  readonly name: string;
  /** Without secrets; undefined: its settings cannot be used. */
  readonly store: string | undefined;
  readonly guarantees: StoreGuarantees | undefined;
  readonly slotName: string;
  readonly slot: SlotActivity | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** Written to the log and not published, other tables' traffic included. */
  readonly lagBytes: bigint | undefined;
  /** undefined: unknown, since no agent is active or it had nothing to confirm recently. */
  readonly lagSeconds: number | undefined;
  /** Since the newest published transaction was committed. */
  readonly ageSeconds: number | undefined;
  /** Sentences, worst first. */
  readonly troubles: readonly string[];
}

export interface StatusReport {
  /** The uuid of the cluster; undefined: the database has not been set up. */
  readonly clusterId: string | undefined;
  readonly server: ServerFacts;
  readonly targets: readonly TargetReport[];
  /** Slots of agents that no checkpoint belongs to. */
  readonly strandedSlots: readonly SlotActivity[];
  /** What the storage nodes acknowledge of what each target shows. */
  readonly nodes: NodesReport;
  /** undefined: there was none. `hidden`: this role may not read the log of applies. */
  readonly lastApply: ApplyLogSummary | 'hidden' | undefined;
  /** Of all targets and slots. */
  readonly troubles: readonly string[];
}

/** The status of all targets. Throws what the database throws; a store that fails is a trouble. */
export async function readStatus(
  client: Client,
  targets: readonly Target[],
): Promise<StatusReport> {
  const { targets: seen, strays, server, nodes, clusterId } = await seeTargets(client, targets);
  const known = seen.filter(({ target }) => !isUnreadableConfig(target));
  const reports = known.map((target) => reportOf(target, server, client.database ?? ''));
  const strandedSlots = strays.map(({ slot }) => slot);
  const lastApply = await readLastApply(client);
  const troubles = [
    ...(server.standby ? ['the database server is a standby: nothing is published from it'] : []),
    ...reports.flatMap(({ name, troubles: own }) => own.map((trouble) => `${name}: ${trouble}`)),
    ...targets.flatMap((target) =>
      isUnreadableConfig(target) && 'problem' in target ? [target.problem.message] : [],
    ),
    ...strays.map(({ message }) => message),
    ...nodeTroubles(nodes),
  ];
  return { clusterId, server, targets: reports, strandedSlots, nodes, lastApply, troubles };
}

/** What does not pass by itself; of a cluster without followers no node is missed. */
const NODE_TROUBLES: ReadonlySet<NodeState> = new Set(['silent', 'refused', 'never']);

function nodeTroubles({ nodes, isUsed }: NodesReport): readonly string[] {
  if (!isUsed) return [];
  return groupNodes(nodes)
    .filter(({ state }) => NODE_TROUBLES.has(state))
    .map(describeGroup);
}

async function readLastApply(client: Client): Promise<StatusReport['lastApply']> {
  try {
    return (await listApplyLog(client, 1))[0];
  } catch (error) {
    if (isPrivilegeMissing(error)) return 'hidden';
    throw error;
  }
}

function reportOf(seen: SeenTarget, server: ServerFacts, database: string): TargetReport {
  const { target, look, slotName, slot, refused } = seen;
  const checkpoint = checkpointOf(look);
  const lagBytes = lagOf(checkpoint, slot, server);
  return {
    name: target.name,
    store: 'problem' in target ? undefined : target.settings.description,
    guarantees: 'problem' in target ? undefined : target.settings.guarantees,
    slotName,
    slot,
    checkpoint,
    lagBytes,
    lagSeconds: lagBytes === 0n ? 0 : slot?.reader?.flushLagSeconds,
    ageSeconds: ageOf(checkpoint, server.now),
    troubles: [
      ...('problem' in target ? [target.problem.message] : []),
      ...(refused === undefined ? [] : [`${refused.message}; ${refused.hint}`]),
      ...storeTroubles(seen),
      ...slotTroubles(seen, database),
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

/** The faults of the store, each with what helps, and of the checkpoint. */
function storeTroubles({ look, condition, slot }: SeenTarget): readonly string[] {
  if (look?.kind === 'failed') {
    const { message, hint } = look.error;
    return [hint === undefined ? message : `${message}; ${hint}`];
  }
  // An agent that publishes has the rights that this login may do without.
  const isServed = slot?.active === true;
  const own = (look?.troubles ?? [])
    .filter(({ kind }) => kind !== 'rights' || !isServed)
    .map(({ message, help }) => `${message}; ${help}`);
  if (condition === undefined || condition.kind === 'fine') return own;
  return [...own, describeCondition(condition).sentence];
}

/** The faults of the slot, unless the condition of the checkpoint reports them. */
function slotTroubles(seen: SeenTarget, database: string): readonly string[] {
  const { slotName, slot, condition } = seen;
  if (condition?.kind === 'no-slot' || condition?.kind === 'lost-wal') return [];
  if (slot === undefined) return [describeMissingSlot(seen)];
  const other = otherOwner(slot, database);
  if (other !== undefined) return [other.message];
  if (slot.walStatus === 'lost')
    return [describeCondition({ kind: 'lost-wal', slot: slotName }).sentence];
  if (!slot.active) {
    return [`no agent is active: slot ${slotName} keeps ${slot.keptBytes ?? 0} bytes of WAL`];
  }
  if (slot.walStatus === 'unreserved') return [`slot ${slotName} is about to lose WAL`];
  return [];
}
