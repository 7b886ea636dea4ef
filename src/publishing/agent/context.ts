/** What every part of the agent of one target works with. */
import type { KeyValueStore } from '../../kvstore/store.js';
import type { Logger } from '../../runtime/logger.js';
import { KeySpace } from '../records/key-space.js';
import type { SourceDatabase } from '../source/source-database.js';
import { type AgentCounters, newCounters } from './counters.js';

export const DEFAULT_TARGET = 'default';
export const DEFAULT_PUBLICATION = 'bagger_lw_storage';
const DEFAULT_SLOT = 'lw_agent';

/** Made once for a target and an open store, and passed on as it is. */
export interface AgentContext {
  readonly database: SourceDatabase;
  /** Open; the supervisor closes it. */
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  readonly slot: string;
  readonly publication: string;
  /** Names the target in every line. */
  readonly logger: Logger;
  readonly counters: AgentCounters;
  readonly knobs: Knobs;
}

export interface Knobs {
  /** A resync may delete however much it wants. */
  readonly allowMassDelete: boolean;
  /** Foreign writes are repaired without a request. */
  readonly heal: boolean;
  readonly idle: IdleLimits;
  /** How often the durable position is confirmed. */
  readonly statusIntervalMs: number;
  /** How often the catalog is looked at. */
  readonly catalogIntervalMs: number;
}

/** When the position of an idle stream is recorded, so that the slot holds back no WAL. */
interface IdleLimits {
  readonly afterMs: number;
  readonly afterBytes: number;
}

const DEFAULT_KNOBS: Knobs = {
  allowMassDelete: false,
  heal: false,
  idle: { afterMs: 60_000, afterBytes: 16 * 1024 * 1024 },
  statusIntervalMs: 3_000,
  catalogIntervalMs: 5_000,
};

/** What a caller decides; undefined: the default, or what the target's name leads to. */
export interface AgentOptions {
  readonly database: SourceDatabase;
  readonly logger: Logger;
  readonly slot?: string | undefined;
  readonly publication?: string | undefined;
  readonly knobs?: Partial<Knobs>;
}

/** The context without its store, which may have to be opened again. */
export type AgentSetup = Omit<AgentContext, 'store'>;

/** `prefix`: stands before every key; may be empty. */
export function agentSetup(options: AgentOptions, target: string, prefix: string): AgentSetup {
  return {
    database: options.database,
    keySpace: new KeySpace(prefix),
    target,
    slot: options.slot ?? slotOfTarget(target),
    publication: options.publication ?? DEFAULT_PUBLICATION,
    logger: options.logger,
    counters: newCounters(),
    knobs: { ...DEFAULT_KNOBS, ...options.knobs },
  };
}

/** The slot of a target, unless another name is asked for. */
export function slotOfTarget(target: string): string {
  return target === DEFAULT_TARGET ? DEFAULT_SLOT : `${DEFAULT_SLOT}_${target}`;
}
