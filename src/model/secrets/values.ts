/** Secrets in values of the configuration. What hides or refuses them asks here. */
import { formatJson, isJsonArray, isJsonObject, type JsonValue, tryParseJson } from '../json.js';
import { HIDDEN, isSecret, isSecretName, mayNameSecret } from './names.js';
import { redact } from './redact.js';

/** The config keys that hold the places of stores, and how to log in there. */
export const STORE_CONFIG_KEYS = ['kvstore_type', 'kvstore_config', 'kvstores'] as const;

/** True for a key of STORE_CONFIG_KEYS. */
export function isStoreConfigKey(key: string): boolean {
  return STORE_CONFIG_KEYS.some((known) => known === key);
}

/**
 * The value with HIDDEN for each literal secret in it, and for itself where `name`, that of its
 * field, is a secret's; the same object where there is none.
 */
export function hideSecrets(value: JsonValue, name = ''): JsonValue {
  const hidden = withoutSecrets(value, name);
  return formatJson(hidden) === formatJson(value) ? value : hidden;
}

function withoutSecrets(value: JsonValue, name: string): JsonValue {
  if (isSecret(name, value)) return HIDDEN;
  if (typeof value === 'string') return redact(value);
  if (isJsonArray(value)) return value.map((item) => withoutSecrets(item, ''));
  if (isJsonObject(value)) return new Map([...value].map(([k, v]) => [k, withoutSecrets(v, k)]));
  return value;
}

/** The recorded text of a config value without its secrets; the same text where there is none. */
export function hideRecorded(key: string, text: string): string {
  if (!mayNameSecret(key) && !mayNameSecret(text) && !text.includes('://')) return text;
  // The text is shown where nothing in the value is hidden: nothing may be missing from the value.
  const value = tryParseJson(text, 'refused');
  if (value === undefined) return isSecretName(key) ? HIDDEN : redact(text);
  const hidden = hideSecrets(value, key);
  return hidden === value ? text : formatJson(hidden);
}

/** Paths of the literal secrets in a value, each as its steps; what is HIDDEN already is none. */
export function literalSecrets(value: JsonValue): readonly (readonly string[])[] {
  const steps = isJsonArray(value) ? [...value.entries()] : isJsonObject(value) ? [...value] : [];
  return steps.flatMap(([step, child]) => {
    const name = isJsonArray(value) ? '' : String(step);
    const hidden = withoutSecrets(child, name);
    if ((isJsonArray(child) || isJsonObject(child)) && hidden !== HIDDEN) {
      return literalSecrets(child).map((path) => [String(step), ...path]);
    }
    return child === HIDDEN || hidden === child ? [] : [[String(step)]];
  });
}

/** True when a value, of a field of this name, holds HIDDEN in the place of a secret. */
export function holdsHidden(value: JsonValue, name = ''): boolean {
  if (isJsonArray(value)) return value.some((item) => holdsHidden(item));
  if (isJsonObject(value)) return [...value].some(([key, child]) => holdsHidden(child, key));
  if (value === HIDDEN) return isSecretName(name);
  return typeof value === 'string' && value.includes(`:${HIDDEN}@`);
}
