import type { KeyValueStore } from '../../kvstore/store.js';
import { ResyncRequired } from '../../model/errors.js';
import { isJsonObject, JsonNumber, tryParseJson } from '../../model/json.js';
import type { Lsn } from '../../model/lsn.js';
import type { KeySpace } from '../records/key-space.js';
import { MAX_GENERATIONS } from '../records/published-tables.js';
import type { SourceSession } from '../source/source-database.js';

export interface GenerationsStart {
  /** Records by id: the newest generations at the start of the stream. */
  readonly records: ReadonlyMap<bigint, string>;
  /** No other generation exists. */
  readonly complete: boolean;
  /** Before this position the older ones may show a later state than the stream does. */
  readonly exactFrom: Lsn;
}

/**
 * The published generation of the servermap: the highest id at this position of the stream. SQL
 * would show the present state, so the newest generations are kept; when they do not suffice, only
 * a resync helps.
 */
export class ServermapGenerations {
  readonly #records: Map<bigint, string>;
  readonly #exactFrom: Lsn;
  #complete: boolean;
  /** Older ones may exist without being remembered, unless `#complete`; undefined: any may. */
  #oldestKnown: bigint | undefined;
  #touched = false;

  constructor(start: GenerationsStart) {
    this.#records = new Map(start.records);
    this.#complete = start.complete;
    this.#exactFrom = start.exactFrom;
    this.#oldestKnown = this.#oldest();
  }

  /**
   * `isNew`: a row was inserted. Throws `resync-required` when an older row changed, and the newest
   * is not known.
   */
  put(id: bigint, record: string, isNew: boolean): void {
    this.#touched = true;
    if (!this.#complete && this.#oldestKnown === undefined) {
      if (!isNew) throw unknownGeneration();
      this.#oldestKnown = id;
    }
    // Remembering it would pass over those between it and the oldest that is known.
    if (!this.#complete && this.#oldestKnown !== undefined && id < this.#oldestKnown) return;
    this.#records.set(id, record);
    const oldest = this.#oldest();
    if (this.#records.size <= MAX_GENERATIONS || oldest === undefined) return;
    this.#records.delete(oldest);
    this.#complete = false;
    this.#oldestKnown = oldest + 1n;
  }

  /** Throws `resync-required` when the previous generation is not known for certain. */
  remove(id: bigint, at: Lsn): void {
    this.#touched = true;
    if (at < this.#exactFrom && id === this.#newest()) throw unknownGeneration();
    this.#records.delete(id);
  }

  clear(): void {
    this.#touched = true;
    this.#records.clear();
    this.#complete = true;
  }

  /**
   * At the end of a transaction: what to publish, `unchanged` when no generation was touched.
   * Throws `resync-required` when the newest remaining generation is not known.
   */
  settle(): { readonly record: string | undefined } | 'unchanged' {
    if (!this.#touched) return 'unchanged';
    this.#touched = false;
    const newest = this.#newest();
    if (newest === undefined && !this.#complete) throw unknownGeneration();
    return { record: newest === undefined ? undefined : this.#records.get(newest) };
  }

  #oldest(): bigint | undefined {
    let oldest: bigint | undefined;
    for (const id of this.#records.keys()) if (oldest === undefined || id < oldest) oldest = id;
    return oldest;
  }

  #newest(): bigint | undefined {
    let newest: bigint | undefined;
    for (const id of this.#records.keys()) if (newest === undefined || id > newest) newest = id;
    return newest;
  }
}

function unknownGeneration(
  message = 'the current servermap was deleted, and the one before it is not known',
): ResyncRequired {
  return new ResyncRequired('unknown-generation', message);
}

/**
 * The generations at the start of a stream without a resync: the one in the store, and the older
 * ones that are in the database now. Throws `resync-required` when the record in the store has no
 * id, and what the database and the store throw.
 */
export async function generationsNow(
  sql: SourceSession,
  store: Pick<KeyValueStore, 'read'>,
  keySpace: KeySpace,
): Promise<GenerationsStart> {
  const published = await store.read(keySpace.servermapKey);
  const { generations: now, position: exactFrom } = await sql.readGenerations();
  // There may be none, or another client deleted it in the store.
  if (published === undefined) return { records: new Map(), complete: false, exactFrom };
  const id = idOfServermap(published.value);
  const records = new Map([...now.records].filter(([known]) => known < id));
  records.set(id, published.value);
  return { records, complete: now.complete, exactFrom };
}

/** Throws `resync-required` when the record is not one of a row with an id. */
export function idOfServermap(record: string): bigint {
  const row = tryParseJson(record);
  const id = row !== undefined && isJsonObject(row) ? row.get('id') : undefined;
  if (id instanceof JsonNumber && /^\d+$/.test(id.text)) return BigInt(id.text);
  throw unknownGeneration('the published servermap has no id');
}
