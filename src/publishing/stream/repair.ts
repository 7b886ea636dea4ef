/**
 * Repairs what another client changed in the store, at a position of the stream at which the
 * tables are known exactly. The agent emits a barrier of its own and reads the tables in the same
 * transaction; when the barrier comes back in the stream, the store has to hold just that.
 * Decision D29 in src/README.md.
 */
import type { LenkwerkError } from '../../model/errors.js';
import { isJsonArray, tryParseJson } from '../../model/json.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { onAbort, pause, withTimeout } from '../../runtime/async.js';
import type { AgentContext } from '../agent/context.js';
import type { KeySpace } from '../records/key-space.js';
import type { PublishableTables } from '../records/published-tables.js';
import type { BarrierTry } from '../source/source-database.js';
import { emitBarrier, newNonce } from './barrier.js';

/** Whole keys; `everything`: all that is published, strays included. */
export type RepairKeys = ReadonlySet<string> | 'everything';

/** The repair that a barrier of the agent itself denotes. */
export interface Repair {
  readonly keys: RepairKeys;
  /** At the commit of that barrier. */
  readonly tables: PublishableTables;
}

/** More keys are not listed: then everything is compared. */
const MAX_NAMED_KEYS = 500;
/** How long writers may hold the tables before an attempt is given up. */
const LOCK_PATIENCE_MS = 60_000;
/** After so many attempts the failure is reported, and the next ones are rare. */
const MAX_ATTEMPTS = 5;
const RETRY_MS = 500;
const RARE_RETRY_MS = 30_000;

/** The keys of a request; one that names none, or is not understood, asks for everything. */
export function requestedKeys(content: string): RepairKeys {
  const value = tryParseJson(content);
  if (value === undefined || !isJsonArray(value) || value.length === 0) return 'everything';
  const keys = value.filter((key) => typeof key === 'string');
  return keys.length === value.length ? new Set(keys) : 'everything';
}

/**
 * The changes after which the store, which holds `held` by then, holds the tables: only keys of
 * records, whatever was requested.
 */
export function repairChanges(
  { keys, tables: { records } }: Repair,
  keySpace: KeySpace,
  held: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string | undefined> {
  const concerned = keys === 'everything' ? new Set([...records.keys(), ...held.keys()]) : keys;
  const changes = new Map<string, string | undefined>();
  for (const key of concerned) {
    if (keySpace.tableOfKey(key) === undefined) continue;
    const wanted = records.get(key);
    if (wanted !== held.get(key)) changes.set(key, wanted);
  }
  return changes;
}

interface RepairsOptions {
  /** A requested repair has to wait; it is tried again now and then. */
  readonly onDelayed: (reason: LenkwerkError) => void;
  readonly signal: AbortSignal;
}

/**
 * The repairs of one session of the stream: until it ends, each is tried until it succeeds, since
 * it is perhaps requested only once.
 */
export class Repairs {
  readonly #context: AgentContext;
  readonly #options: RepairsOptions;
  readonly #emitted = new Map<string, Repair>();
  #waiting: RepairKeys | undefined;
  #work: Promise<void> | undefined;

  constructor(context: AgentContext, options: RepairsOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Requests a repair; requests that arrive while one is being prepared are merged. */
  request(keys: RepairKeys): void {
    this.#waiting = union(this.#waiting, keys);
    this.#work ??= this.#prepareAll().finally(() => {
      this.#work = undefined;
    });
  }

  /** The repair whose barrier has come back; undefined for a barrier of another client. */
  take(nonce: string): Repair | undefined {
    const repair = this.#emitted.get(nonce);
    this.#emitted.delete(nonce);
    return repair;
  }

  /** Resolves when no session with the database is open any more. */
  async ended(): Promise<void> {
    await this.#work;
  }

  async #prepareAll(): Promise<void> {
    const { onDelayed, signal } = this.#options;
    let failures = 0;
    while (this.#waiting !== undefined && !signal.aborted) {
      const keys = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#prepare(keys);
        failures = 0;
      } catch (error) {
        failures += 1;
        const reason = toLenkwerkError(error);
        if (reason.code === 'database-not-initialised') failures = Math.max(failures, MAX_ATTEMPTS);
        if (failures === MAX_ATTEMPTS) {
          this.#context.logger.error('a repair has to wait', { reason });
          onDelayed(reason);
        }
        this.#waiting = union(this.#waiting, keys);
        await pause(failures < MAX_ATTEMPTS ? RETRY_MS * failures : RARE_RETRY_MS, signal);
      }
    }
  }

  async #prepare(keys: RepairKeys): Promise<void> {
    const { signal } = this.#options;
    const { database, keySpace } = this.#context;
    const nonce = newNonce();
    const session = await database.connect('agent repair');
    // A server that does not answer must not delay the end of a session of the stream.
    const dispose = onAbort(signal, () => void session.close());
    try {
      const onRead: BarrierTry['onRead'] = (tables) => this.#emitted.set(nonce, { keys, tables });
      await withTimeout(signal, LOCK_PATIENCE_MS, (patience) =>
        emitBarrier(session, { keySpace, nonce, signal: patience, onRead }),
      );
    } catch (error) {
      this.#emitted.delete(nonce);
      throw error;
    } finally {
      dispose();
      await session.close();
    }
  }
}

/** The keys of both requests; beyond a number of them everything. */
export function union(some: RepairKeys | undefined, more: RepairKeys): RepairKeys {
  if (some === 'everything' || more === 'everything') return 'everything';
  const keys = new Set([...(some ?? []), ...more]);
  return keys.size > MAX_NAMED_KEYS ? 'everything' : keys;
}
