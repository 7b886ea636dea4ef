/** The instances of a published state, by its records. */
import { assert } from '../model/errors.js';
import { isJsonObject, JsonNumber, type JsonValue, parseJson } from '../model/json.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import type { Instance } from './judge.js';

/** `records`: by key, as an agent publishes them. */
export function instancesOf(
  records: ReadonlyMap<string, string>,
  keySpace: KeySpace,
): readonly Instance[] {
  return [...records]
    .filter(([key]) => keySpace.tableOfKey(key) === 'postgres_instance')
    .map(([, text]) => instanceOf(parseJson(text)));
}

function instanceOf(record: JsonValue): Instance {
  assert(isJsonObject(record), 'a record is an object');
  const host = record.get('host');
  assert(typeof host === 'string', 'a host is a text');
  return { host, port: numberOf(record.get('port')), status: numberOf(record.get('status')) };
}

function numberOf(value: JsonValue | undefined): number {
  assert(value instanceof JsonNumber, 'the column is an integer');
  return Number(value.text);
}
