import { LenkwerkError } from '../model/errors.js';
import { JsonNumber, type JsonObject } from '../model/json.js';

/** What error messages call the settings that a database records. */
export const CONFIG_ORIGIN = 'kvstore_config';

/** A field that is a string, or a number as Bagger's tools write either. Throws `usage`. */
export function configText(config: JsonObject, name: string): string | undefined {
  const value = config.get(name);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  if (value instanceof JsonNumber) return value.text;
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: ${name} is neither a string nor a number`);
}
