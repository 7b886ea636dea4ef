/** The observed targets: their stores, the slots of their agents, and the server. */
import type { Client } from 'pg';
import { readIdentity, readInstances } from '../database/state.js';
import type { StoreSettings } from '../kvstore/settings.js';
import type { KeyValueStore, StoreTrouble } from '../kvstore/store.js';
import { LenkwerkError } from '../model/errors.js';
import { type AskedTarget, observeNodes } from '../nodes/ask.js';
import type { NodesReport } from '../nodes/judge.js';
import { readServerFacts, type ServerFacts } from '../postgres/server.js';
import { readSlotActivity, type SlotActivity } from '../postgres/slots.js';
import { slotOfTarget } from '../publishing/agent/context.js';
import { type Checkpoint, decodeCheckpoint } from '../publishing/records/checkpoint.js';
import {
  type Condition,
  type Evidence,
  isComparable,
  judge,
  type SlotEvidence,
} from '../publishing/records/condition.js';
import { KeySpace } from '../publishing/records/key-space.js';
import { PostgresReader } from '../publishing/source/postgres-reader.js';
import type { RecordRefused } from '../publishing/stream/pieces.js';
import type { Target } from '../publishing/targets/targets.js';
import type { Confirmed } from '../replication/slot.js';
import { findRefused } from './refused-record.js';
import { findStraySlots, type StraySlot } from './stray-slots.js';

export type StoreLook =
  | {
      readonly kind: 'reached';
      /** The checkpoint's key exists. */
      readonly checkpointExists: boolean;
      /** undefined as well when the stored text cannot be read. */
      readonly checkpoint: Checkpoint | undefined;
      readonly limits: KeyValueStore['limits'];
      /** undefined: the driver cannot read it, or the login may not. */
      readonly version: string | undefined;
      /** What the store itself reports; empty as well where it cannot be read. */
      readonly troubles: readonly StoreTrouble[];
    }
  | { readonly kind: 'failed'; readonly error: LenkwerkError };

export interface SeenTarget {
  readonly target: Target;
  /** undefined: its settings cannot be used. */
  readonly look: StoreLook | undefined;
  /** The checkpoint names the slot of its agents; without one, the slot that they take. */
  readonly slotName: string;
  /** undefined: there is no such slot. */
  readonly slot: SlotActivity | undefined;
  /** Of the checkpoint; undefined: the store was not reached. */
  readonly condition: Condition | undefined;
  /** A recorded record that the store refuses; looked for while no agent reads the slot. */
  readonly refused: RecordRefused | undefined;
}

export interface SeenTargets {
  readonly targets: readonly SeenTarget[];
  /** The logical slots of this database, and those of the targets in any database. */
  readonly slots: readonly SlotActivity[];
  /** Slots of agents that no checkpoint belongs to. */
  readonly strays: readonly StraySlot[];
  readonly server: ServerFacts;
  /** What the storage nodes acknowledge. */
  readonly nodes: NodesReport;
  /** The uuid of the cluster; undefined: the database has not been set up. */
  readonly clusterId: string | undefined;
}

/**
 * Reads each target, its slot and the server. A store that fails is part of the result; throws what
 * the database throws.
 */
export async function seeTargets(client: Client, targets: readonly Target[]): Promise<SeenTargets> {
  // In this order: an agent confirms a position after its checkpoint has it, and the server's log
  // is never shorter than a checkpoint that was read before.
  const reader = new PostgresReader(client);
  const confirmed = await reader.readConfirmed();
  const { clusterId } = await readIdentity(client);
  const looks = await Promise.all(
    targets.map(async (target) => {
      const look =
        'problem' in target ? undefined : await lookAtStore(target.settings, target.name);
      return { target, look, slotName: checkpointOf(look)?.slot ?? slotOfTarget(target.name) };
    }),
  );
  const names = looks.map(({ slotName }) => slotName);
  const slots = await readSlotActivity(client, names);
  const server = await readServerFacts(client);
  const seen: SeenTarget[] = [];
  for (const { target, look, slotName } of looks) {
    const slot = slots.find(({ name }) => name === slotName);
    const evidence = slotEvidence(slotName, { look, slot }, confirmed.get(slotName));
    const isReached = look?.kind === 'reached';
    const condition = isReached
      ? conditionOf(look, { cluster: clusterId, slot: evidence }, server)
      : undefined;
    const isIdle = isReached && slot?.active !== true && 'settings' in target;
    const refused = isIdle ? await findRefused(reader, target.settings) : undefined;
    seen.push({ target, look, slotName, slot, condition, refused });
  }
  const used = new Set(
    [...confirmed].flatMap(([name, { activation }]) => (activation ? [name] : [])),
  );
  const owners = seen.map(({ target, slotName, look }) => {
    return { target, slotName, checkpoint: checkpointOf(look) };
  });
  const strays = findStraySlots(slots, owners, used);
  const instances = await readInstances(client);
  const answering = looks.map(({ target, look }) => unlessFailed(target, look));
  const question = { instances, targets: answering, wanted: 'current', now: server.now } as const;
  const nodes = await observeNodes(question);
  return { targets: seen, slots, strays, server, nodes, clusterId };
}

/** A store that failed is not asked again. */
function unlessFailed(target: Target, look: StoreLook | undefined): AskedTarget {
  return look?.kind === 'failed' ? { name: target.name, problem: look.error } : target;
}

/** The checkpoint that was read; undefined: there is none that can be read. */
export function checkpointOf(look: StoreLook | undefined): Checkpoint | undefined {
  return look?.kind === 'reached' ? look.checkpoint : undefined;
}

/** The checkpoint that was read names the slot, or there is none. */
export function isCheckpointRead(look: StoreLook | undefined): boolean {
  if (look?.kind !== 'reached') return false;
  return look.checkpoint !== undefined || !look.checkpointExists;
}

/** That there is no slot; of a target whose checkpoint names another one, this is unknown. */
export function describeMissingSlot({ look, slotName }: SeenTarget): string {
  return isCheckpointRead(look)
    ? `no agent has run: there is no slot ${slotName}`
    : `the checkpoint, which names the slot, could not be read; there is no slot ${slotName}`;
}

function slotEvidence(
  name: string,
  { look, slot }: Pick<SeenTarget, 'look' | 'slot'>,
  confirmed: Confirmed | undefined,
): SlotEvidence | undefined {
  if (slot === undefined) return { name, found: undefined };
  // Created after the positions were read, or of another database.
  if (confirmed === undefined) return undefined;
  const checkpoint = checkpointOf(look);
  if (checkpoint !== undefined && !isComparable(checkpoint, confirmed.activation)) return undefined;
  return { name, found: { lost: slot.walStatus === 'lost', confirmedFlush: confirmed.lsn } };
}

function conditionOf(
  { checkpoint, checkpointExists }: Extract<StoreLook, { kind: 'reached' }>,
  own: Pick<Evidence, 'cluster' | 'slot'>,
  { systemId, walLsn, timeline }: ServerFacts,
): Condition {
  const timelines =
    timeline === undefined ? undefined : ({ current: timeline, leftAt: 'not read' } as const);
  const server = { systemId, lsn: walLsn, timelines };
  const unseen = { activation: undefined, publication: undefined };
  return judge({ checkpoint, checkpointExists, ...own, server, ...unseen });
}

async function lookAtStore(settings: StoreSettings, target: string): Promise<StoreLook> {
  try {
    const store = await settings.connect();
    try {
      const stored = await store.read(new KeySpace(settings.prefix).checkpointKey(target));
      return {
        kind: 'reached',
        checkpointExists: stored !== undefined,
        checkpoint: stored === undefined ? undefined : decodeCheckpoint(stored.value),
        limits: store.limits,
        version: await unlessRefused(store.serverVersion?.()),
        troubles: (await unlessRefused(store.troubles?.())) ?? [],
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof LenkwerkError) return { kind: 'failed', error };
    throw error;
  }
}

async function unlessRefused<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
