import { LenkwerkError } from '../model/errors.js';
import { type JsonValue, parseJson } from '../model/json.js';
import type { WatchEvent } from './store.js';

export type JsonCallback = (key: string, value: JsonValue | undefined) => void | Promise<void>;

/** Reads the value of a key; throws `invalid-input`, naming the key, when it is not JSON. */
export function parseStoredJson(key: string, value: string): JsonValue {
  try {
    return parseJson(value);
  } catch (cause) {
    throw new LenkwerkError('invalid-input', `the value of ${key} is not JSON`, { cause });
  }
}

/**
 * kvwatch over the events of any driver. Keys that vanished in a gap are called back with
 * undefined. A value that is not JSON is none of Bagger's: its key counts as absent.
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
