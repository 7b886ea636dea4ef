/** Single config entries, for those who need no more than these. */
import type { Client } from 'pg';
import { type JsonValue, tryParseJson } from '../model/json.js';
import { toLenkwerkError } from '../postgres/errors.js';

/** The values of the keys that are recorded. Throws database failures as LenkwerkError. */
export async function readConfigValues(
  client: Client,
  keys: readonly string[],
): Promise<ReadonlyMap<string, JsonValue>> {
  try {
    const { rows } = await client.query<[string, string]>({
      text: 'SELECT key, value::text FROM storage.config WHERE key = ANY ($1::text[])',
      rowMode: 'array',
      values: [keys],
    });
    return new Map(rows.map(([key, value]) => [key, tryParseJson(value) ?? null]));
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
