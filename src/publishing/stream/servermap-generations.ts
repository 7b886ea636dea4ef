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
  /** No generation but these exists. */
  readonly complete: boolean;
  /** Before this position the older ones may show a later state than the stream does. */
  readonly exactFrom: Lsn;
}

/**
 * Which generation of the servermap is the published one: the highest id at this position of
 * the stream. SQL would show the state of now, so the newest generations are remembered; when
 * they do not suffice, only a resync helps.
 */
export class ServermapGenerations {
  readonly #records: Map<bigint, string>;
  readonly #exactFrom: Lsn;
  #complete: boolean;
  /** Older ones may exist without being remembered, unless `#complete`. */
  #oldestKnown: bigint;
  #touched = false;

  constructor(start: GenerationsStart) {
    this.#records = new Map(start.records);
    this.#complete = start.complete;
    this.#exactFrom = start.exactFrom;
    this.#oldestKnown = this.#oldest() ?? 0n;
  }

  put(id: bigint, record: string): void {
    this.#touched = true;
    // Remembering it would pass over those between it and the oldest that is known.
    if (!this.#complete && id < this.#oldestKnown) return;
    this.#records.set(id, record);
    const oldest = this.#oldest();
    if (this.#records.size <= MAX_GENERATIONS || oldest === undefined) return;
    this.#records.delete(oldest);
    this.#complete = false;
    this.#oldestKnown = oldest + 1n;
  }

  /** Throws `resync-required` when the generation before is not known for sure. */
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
   * Throws `resync-required` when the newest generation left is not remembered.
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
  message = 'the current servermap was deleted, and the one before it is not remembered',
): ResyncRequired {
  return new ResyncRequired('unknown-generation', message);
}

/**
 * The generations at the start of a stream without a resync: the one that the store holds, and
 * those of now in SQL that are older. Throws `resync-required` when the record in the store has no
 * id, and what the database and the store throw.
 */
export async function generationsNow(
  sql: SourceSession,
  store: KeyValueStore,
  keySpace: KeySpace,
): Promise<GenerationsStart> {
  const published = await store.read(keySpace.servermapKey);
  const { generations: now, position: exactFrom } = await sql.readGenerations();
  if (published === undefined) return { records: new Map(), complete: true, exactFrom };
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
