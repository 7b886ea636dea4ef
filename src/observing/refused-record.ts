/** Why an agent may be unable to publish: a record that the store refuses. */
import type { StoreSettings } from '../kvstore/settings.js';
import { LenkwerkError } from '../model/errors.js';
import { isPrivilegeMissing } from '../postgres/errors.js';
import { refusalOf } from '../publishing/agent/resync/refused-record.js';
import { KeySpace } from '../publishing/records/key-space.js';
import type { PostgresReader } from '../publishing/source/postgres-reader.js';
import type { RecordRefused } from '../publishing/stream/pieces.js';

/** Every store takes smaller ones, unless its limits were set to nearly nothing. */
const LARGE_VALUE_BYTES = 50_000;
const LONG_KEY_BYTES = 1_000;
const MAX_PROBES = 20;

/**
 * The first of the largest recorded records that the store refuses; undefined: none is, or this
 * role may not find out. Writes nothing. Throws what the database throws.
 */
export async function findRefused(
  reader: PostgresReader,
  settings: StoreSettings,
): Promise<RecordRefused | undefined> {
  const records = await readLarge(reader, new KeySpace(settings.prefix));
  if (records.length === 0) return undefined;
  try {
    const store = await settings.connect();
    try {
      for (const [key, value] of records) {
        const refusal = await refusalOf(store, key, value);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}

async function readLarge(reader: PostgresReader, keySpace: KeySpace) {
  try {
    const { records } = await reader.readTables(keySpace);
    return [...records]
      .filter(([key, value]) => key.length > LONG_KEY_BYTES || value.length > LARGE_VALUE_BYTES)
      .sort(([, one], [, other]) => other.length - one.length)
      .slice(0, MAX_PROBES);
  } catch (error) {
    if (error instanceof LenkwerkError || isPrivilegeMissing(error)) return [];
    throw error;
  }
}
