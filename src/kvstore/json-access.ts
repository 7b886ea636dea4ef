/** Bagger's kvread, kvwrite and kvwatch, and acknowledgements, on a driver's operations. */
import { LenkwerkError } from '../model/errors.js';
import { formatJson, type JsonValue, parseJson } from '../model/json.js';
import {
  AcknowledgementKeys,
  collectAcknowledgements,
  type FoundAcknowledgement,
  requireShort,
} from './acknowledgements.js';
import type {
  CommitOutcome,
  GuardedCommit,
  JsonCallback,
  KeyValueStore,
  KeyWatchOptions,
  Revision,
  StoredAcknowledgements,
  StoredValue,
  StoreLimits,
  StoreSnapshot,
  WatchEvent,
  WatchOptions,
} from './store.js';

/** The part of a store that is the same for every driver; a driver extends it. */
export abstract class JsonStore implements KeyValueStore {
  readonly prefix: string;
  readonly description: string;
  abstract readonly limits: StoreLimits;

  constructor({ prefix, description }: Pick<KeyValueStore, 'prefix' | 'description'>) {
    this.prefix = prefix;
    this.description = description;
  }

  abstract read(key: string): Promise<StoredValue | undefined>;
  abstract readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot>;
  abstract commit(commit: GuardedCommit): Promise<CommitOutcome>;
  abstract probeRecord(key: string, value: string): Promise<void>;
  abstract watch(options: WatchOptions): AsyncIterable<WatchEvent>;
  abstract close(): Promise<void>;

  /** Writes one value in one revision, whatever the key holds. Throws what `commit` throws. */
  protected abstract put(key: string, value: string): Promise<unknown>;

  // Keys of acknowledgements, from acknowledgements.ts, are in no listing and no watch of records.
  /** Makes the place for keys of this folder where it is needed and missing. */
  protected abstract makeFolder(folder: string): Promise<void>;
  /** Writes without a guard and without an entry in a journal; throws `noPlaceYet`. */
  protected abstract report(node: string, key: string, text: string): Promise<void>;
  /** In any order, none twice unless it changed meanwhile. The caller may leave the loop. */
  protected abstract listReports(folder: string): AsyncIterable<FoundAcknowledgement>;
  /** Removes a key that need not exist. */
  protected abstract removeReport(key: string): Promise<void>;

  async kvread(key: string): Promise<JsonValue | undefined> {
    const stored = await this.read(key);
    if (stored === undefined) return undefined;
    try {
      return parseJson(stored.value);
    } catch (cause) {
      throw new LenkwerkError('invalid-input', `the value of ${key} is not JSON`, { cause });
    }
  }

  async kvwrite(key: string, value: JsonValue): Promise<boolean> {
    try {
      await this.put(key, formatJson(value));
      return true;
    } catch (error) {
      if (error instanceof LenkwerkError) return false;
      throw error;
    }
  }

  kvwatch(callback: JsonCallback, options: KeyWatchOptions = {}): Promise<void> {
    const { prefix = `${this.prefix}/`, signal = new AbortController().signal } = options;
    return watchJson(this.watch({ prefix, signal }), callback);
  }

  prepareAcknowledgements(target: string): Promise<void> {
    return this.makeFolder(this.#keys(target).folder);
  }

  async acknowledge(target: string, node: string, text: string): Promise<void> {
    requireShort(text);
    await this.report(node, this.#keys(target).of(node), text);
  }

  acknowledgements(target: string): Promise<StoredAcknowledgements> {
    const keys = this.#keys(target);
    return collectAcknowledgements(keys, this.listReports(keys.folder));
  }

  async forgetAcknowledgements(target: string, nodes: Iterable<string>): Promise<void> {
    const keys = this.#keys(target);
    for (const node of nodes) await this.removeReport(keys.of(node));
  }

  #keys(target: string): AcknowledgementKeys {
    return new AcknowledgementKeys(this.prefix, target);
  }
}

/**
 * Calls back for the events of a watch, as kvwatch does: keys that vanished in a gap are called
 * back with undefined. A value that is not JSON does not come from Bagger: its key counts as
 * absent. Throws what the events or the callback throw.
 */
export async function watchJson(
  events: AsyncIterable<WatchEvent>,
  callback: JsonCallback,
): Promise<void> {
  const known = new Set<string>();
  const deliver = async (key: string, text: string | undefined) => {
    const value = text === undefined ? undefined : jsonOrUndefined(text);
    if (value === undefined && !known.delete(key)) return;
    if (value !== undefined) known.add(key);
    await callback(key, value);
  };
  for await (const event of events) {
    if (event.kind === 'changes') {
      for (const { key, value } of event.changes) await deliver(key, value);
      continue;
    }
    const present = new Set(event.snapshot.records.map(({ key }) => key));
    for (const key of [...known]) if (!present.has(key)) await deliver(key, undefined);
    for (const { key, value } of event.snapshot.records) await deliver(key, value);
  }
}

function jsonOrUndefined(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
