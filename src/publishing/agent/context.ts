/** The context that all parts of one target's agent share. */
import type { KeyValueStore } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_PUBLICATION, DEFAULT_TARGET } from '../../model/installation.js';
import type { Logger } from '../../runtime/logger.js';
import { KeySpace } from '../records/key-space.js';
import type { SourceDatabase } from '../source/source-database.js';
import { type AgentCounters, newCounters } from './counters.js';

const DEFAULT_SLOT = 'lw_agent';

/** Created once for a target and an open store, and passed on unchanged. */
export interface AgentContext {
  readonly database: SourceDatabase;
  /** Open; the supervisor closes it. */
  readonly store: AgentStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  readonly slot: string;
  readonly publication: string;
  /** Adds the target's name to every line. */
  readonly logger: Logger;
  readonly counters: AgentCounters;
  readonly knobs: Knobs;
}

/** What an agent asks of its store. */
export type AgentStore = Pick<
  KeyValueStore,
  'limits' | 'read' | 'readRange' | 'commit' | 'probeRecord' | 'watch'
>;

export interface Knobs {
  /** A resync may delete any number of keys. */
  readonly allowMassDelete: boolean;
  /** Earlier timelines that a person accepted (`acceptance` of the condition). */
  readonly acceptTimelines: readonly string[];
  /** Foreign writes are repaired without a request. */
  readonly heal: boolean;
  readonly idle: IdleLimits;
  /** How often the durable position is confirmed. */
  readonly statusIntervalMs: number;
  /** How often the catalog is read. */
  readonly catalogIntervalMs: number;
}

/** How often the position of an idle stream is recorded, so that the slot retains no WAL. */
interface IdleLimits {
  readonly afterMs: number;
  readonly afterBytes: number;
}

const DEFAULT_KNOBS: Knobs = {
  allowMassDelete: false,
  acceptTimelines: [],
  heal: false,
  idle: { afterMs: 60_000, afterBytes: 16 * 1024 * 1024 },
  statusIntervalMs: 3_000,
  catalogIntervalMs: 5_000,
};

/** Options of the caller; undefined: the default, or the value derived from the target's name. */
export interface AgentOptions {
  readonly database: SourceDatabase;
  readonly logger: Logger;
  readonly slot?: string | undefined;
  readonly publication?: string | undefined;
  readonly knobs?: Partial<Knobs>;
}

/** The context without its store, which the agent opens, more than once if need be. */
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

/** The name of a target's slot, unless another one is configured. */
export function slotOfTarget(target: string): string {
  return target === DEFAULT_TARGET ? DEFAULT_SLOT : `${DEFAULT_SLOT}_${target}`;
}

// Names that a caller gives.

/** https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS */
const SLOT_NAME = /^[a-z0-9_]{1,63}$/;
const MAX_NAME_BYTES = 63;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name.
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** Throws `usage` for what PostgreSQL takes for no slot, or would shorten. */
export function requireSlotName(name: string): void {
  if (SLOT_NAME.test(name)) return;
  throw new LenkwerkError('usage', `not the name of a replication slot: ${JSON.stringify(name)}`, {
    hint: 'it has 1 to 63 lower-case letters, digits and underscores',
  });
}

/** Throws `usage` for what is no identifier of PostgreSQL, or would be shortened. */
export function requirePublicationName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes > 0 && bytes <= MAX_NAME_BYTES && !CONTROL_CHARACTER.test(name)) return;
  throw new LenkwerkError('usage', `not the name of a publication: ${JSON.stringify(name)}`, {
    hint: `it has 1 to ${MAX_NAME_BYTES} bytes`,
  });
}

/** `1:3f2a9c10`: a timeline, and the beginning of the activation that it replaces. */
const ACCEPTANCE = /^[1-9][0-9]*:[0-9a-f]{8}$/;

/** Throws `usage` for what accepts no timeline. */
export function requireAcceptance(text: string): void {
  if (ACCEPTANCE.test(text)) return;
  throw new LenkwerkError('usage', `not a timeline with a checkpoint: ${JSON.stringify(text)}`, {
    hint: 'the agent that waits at an old primary, and doctor, name the value',
  });
}

/** The slot with the name of a target's slot, as far as it shows whose it is. */
interface NamedSlot {
  readonly name: string;
  /** undefined: a physical slot. */
  readonly plugin: string | undefined;
  readonly database: string | undefined;
}

/**
 * In words that another program, or another database of the server, has the slot of a target, and
 * what helps; undefined: it is a slot of this database's agents.
 */
export function otherOwner(
  { name, plugin, database }: NamedSlot,
  own: string,
): { readonly message: string; readonly hint: string } | undefined {
  if (plugin === 'pgoutput' && database === own) return undefined;
  const of = `plugin ${plugin ?? 'none'}, database ${database ?? 'none'}`;
  const suffix = own.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  const other = `${name}_${suffix}`.slice(0, MAX_NAME_BYTES);
  return {
    message: `slot ${name} belongs to another database or plugin: ${of}`,
    hint: `all databases of a server share the names of slots: start the agent with --slot ${other}`,
  };
}
