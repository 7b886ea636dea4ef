/** Secrets in values of the configuration. What hides or refuses them asks here. */
import { formatJson, isJsonArray, isJsonObject, type JsonValue, tryParseJson } from '../json.js';
import { HIDDEN, isSecret, isSecretName, mayNameSecret, nameOfPart } from './names.js';
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

/** Beside the name of a secret, where a plan or a record holds a value as its text. */
const HIDDEN_JSON = JSON.stringify(HIDDEN);

function withoutSecrets(value: JsonValue, name: string): JsonValue {
  if (isSecret(name, value)) return value === HIDDEN_JSON ? value : HIDDEN;
  if (typeof value === 'string') return hideInText(value);
  const parts = partsOf(value, name);
  if (isJsonArray(value)) return parts.map((part) => withoutSecrets(part.value, part.name));
  if (!isJsonObject(value)) return value;
  return new Map(parts.map(({ key, ...part }) => [key, withoutSecrets(part.value, part.name)]));
}

/** A text may hold JSON. */
function hideInText(text: string): string {
  if (!mayHoldSecret(text)) return text;
  const value = /^\s*[[{"]/.test(text) ? tryParseJson(text, 'refused') : undefined;
  if (value === undefined) return isAmbiguous(text) ? HIDDEN : redact(text, 'data');
  const hidden = hideSecrets(value);
  return hidden === value ? text : formatJson(hidden);
}

function mayHoldSecret(text: string): boolean {
  return mayNameSecret(text) || text.includes('@') || text.includes('\\u');
}

interface Part {
  /** As it is written. */
  readonly step: string;
  /** Without secrets, too. */
  readonly key: string;
  /** By which it is judged. */
  readonly name: string;
  readonly value: JsonValue;
}

/** What is directly below a value, none of a scalar; `name`: by which that is judged. */
function partsOf(value: JsonValue, name: string): readonly Part[] {
  if (isJsonArray(value)) {
    const below = nameOfPart(name, '');
    return value.map((item, i) => ({ step: `${i}`, key: `${i}`, name: below, value: item }));
  }
  if (!isJsonObject(value)) return [];
  return [...value].map(([step, part]) => {
    const key = redact(step, 'data');
    const own = /^value$/i.test(key) ? (nameBeside(value) ?? key) : key;
    return { step, key, name: nameOfPart(name, own), value: part };
  });
}

/** `{name: KAFKA_PASSWORD, value: x}`: of a variable, and of a record of the configuration. */
function nameBeside(object: ReadonlyMap<string, JsonValue>): string | undefined {
  const names = ['name', 'key', 'Name', 'Key', 'NAME', 'KEY'].map((word) => object.get(word));
  return names.filter((name) => typeof name === 'string').find(isSecretName);
}

/** The recorded text of a config value without its secrets; the same text where there is none. */
export function hideRecorded(key: string, text: string): string {
  if (!mayNameSecret(key) && !mayHoldSecret(text)) return text;
  // The text is shown where nothing in the value is hidden: nothing may be missing from the value.
  const value = tryParseJson(text, 'refused');
  if (value === undefined && isAmbiguous(text)) return HIDDEN_JSON;
  if (value === undefined) return isSecretName(key) ? HIDDEN : redact(text, 'data');
  const hidden = hideSecrets(value, key);
  return hidden === value ? text : formatJson(hidden);
}

/** JSON with a name twice, in which escapes may keep a secret from being found in the text. */
function isAmbiguous(text: string): boolean {
  return text.includes('\\') && tryParseJson(text) !== undefined;
}

/** The same of a document of JSON, which stays one: what nests too deeply is hidden whole. */
export function hideInJson(text: string): string {
  const value = tryParseJson(text, 'refused');
  const hidden = value === undefined ? HIDDEN : hideSecrets(value);
  return hidden === value ? text : formatJson(hidden);
}

/** Paths of the literal secrets in a value, each as its steps; what is HIDDEN already is none. */
export function literalSecrets(value: JsonValue, name = ''): readonly (readonly string[])[] {
  return partsOf(value, name).flatMap(({ step, key, ...part }) => {
    const hidden = withoutSecrets(part.value, part.name);
    const isCollection = isJsonArray(part.value) || isJsonObject(part.value);
    if (key === step && isCollection && hidden !== HIDDEN) {
      return literalSecrets(part.value, part.name).map((path) => [step, ...path]);
    }
    const isHidden = part.value === HIDDEN || hidden === part.value;
    return key === step && isHidden ? [] : [[step]];
  });
}

/** Stands for HIDDEN where it is asked whether a secret would be hidden there. */
const PROBE = 'hidden-Secret/1';

/** True when a value, of a field of this name, holds HIDDEN in the place of a secret. */
export function holdsHidden(value: JsonValue, name = ''): boolean {
  const probe = withProbes(value);
  return probe !== value && hideSecrets(probe, name) !== probe;
}

function withProbes(value: JsonValue): JsonValue {
  const text = formatJson(value);
  return text.includes(HIDDEN) ? (tryParseJson(text.replaceAll(HIDDEN, PROBE)) ?? value) : value;
}
