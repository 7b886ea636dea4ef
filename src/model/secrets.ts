/** Where secrets are: fields, URLs, references. What hides or refuses them asks here. */
import { formatJson, isJsonArray, isJsonObject, type JsonValue, tryParseJson } from './json.js';

/** The config keys that hold the places of stores, and how to log in there. */
export const STORE_CONFIG_KEYS = ['kvstore_type', 'kvstore_config', 'kvstores'] as const;

/** True for a key of STORE_CONFIG_KEYS. */
export function isStoreConfigKey(key: string): boolean {
  return STORE_CONFIG_KEYS.some((known) => known === key);
}

/** Stands for a secret in every output; in a manifest for the recorded one, which then stays. */
export const HIDDEN = '***';

const SECRET_NAME = /pass(?:word|wd|phrase)?$|secret|token$|credential|private_?key|authorization/i;

/** True when a field of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The value with HIDDEN for each literal secret in it; the same object where there is none. */
export function hideSecrets(value: JsonValue): JsonValue {
  const hidden = withoutSecrets(value, '');
  return formatJson(hidden) === formatJson(value) ? value : hidden;
}

function withoutSecrets(value: JsonValue, name: string): JsonValue {
  const isEmpty = value === null || value === '';
  if (isSecretName(name) && !isEmpty) return HIDDEN;
  if (typeof value === 'string') return redact(value);
  if (isJsonArray(value)) return value.map((item) => withoutSecrets(item, ''));
  if (isJsonObject(value)) return new Map([...value].map(([k, v]) => [k, withoutSecrets(v, k)]));
  return value;
}

/** The recorded text of a config value, without the secrets that keys of stores may hold. */
export function hideRecorded(key: string, text: string): string {
  if (!isStoreConfigKey(key)) return text;
  const value = tryParseJson(text);
  if (value === undefined) return redact(text);
  const hidden = hideSecrets(value);
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

/** True when a value holds HIDDEN in the place of a secret. */
export function holdsHidden(value: JsonValue): boolean {
  if (isJsonArray(value)) return value.some(holdsHidden);
  if (isJsonObject(value)) return [...value.values()].some(holdsHidden);
  return value === HIDDEN || (typeof value === 'string' && value.includes(`:${HIDDEN}@`));
}

// Secrets in text: URLs, connection strings, fields of JSON, lines of YAML.

/**
 * `scheme://user:password@`: up to the last @ of the word, since an unescaped / may be in it. The
 * bounds keep the cost linear in the text.
 */
const URL_PASSWORD =
  /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"]{0,200}):(?:\\.|[^\s"\\]){0,500}@/gi;
const CONNINFO_PASSWORD = /\b(password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&]+)/gi;
const FIELD = String.raw`[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|credentials?|private_?key)`;
/** Excerpts of servers may end within the value. */
const JSON_PASSWORD = new RegExp(
  String.raw`("${FIELD}"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s,}\]]+)`,
  'gi',
);
const YAML_PASSWORD = new RegExp(String.raw`((?:^|[\s{,])["']?${FIELD}["']?\s*:\s).*`, 'i');

/** Hides passwords in URLs, connection strings and JSON; other text is returned as it is. */
export function redact(text: string): string {
  return text
    .replace(URL_PASSWORD, `$1:${HIDDEN}@`)
    .replace(CONNINFO_PASSWORD, (_, name: string) => `${name}${HIDDEN}`)
    .replace(JSON_PASSWORD, (_, name: string) => `${name}"${HIDDEN}"`);
}

/** A line of a manifest, cut where a secret begins. */
export function redactLine(line: string): string {
  return redact(line).replace(YAML_PASSWORD, (_, name: string) => `${name}${HIDDEN}`);
}

// References to secrets: the fields of a store's config that name where a secret is.

/** The variables that config may name; others belong to other programs. */
const STORE_VARIABLE = /^LENKWERK_STORE_[A-Z0-9_]{1,64}$/;
/** A user is sent in plain text and shown, so it comes from no variable of a password. */
const USER_VARIABLE = /^LENKWERK_STORE_(?:[A-Z0-9_]{1,59}_)?USER$/;
/** Below the folder that the agent was given. */
const SECRET_FILE = /^(?!\/)(?!.*(?:^|\/)\.{0,2}(?:\/|$))[\w./-]{1,200}$/;

const REFERENCES: readonly [string, RegExp, string][] = [
  ['userEnv', USER_VARIABLE, 'a variable LENKWERK_STORE_USER or LENKWERK_STORE_*_USER'],
  ['passwordEnv', STORE_VARIABLE, 'a variable LENKWERK_STORE_*'],
  ['passwordFile', SECRET_FILE, 'a path below the folder of --secrets-dir, such as eu/password'],
];

/** Why a reference to a secret is not one; undefined: it is, or the field is no reference. */
export function referenceProblem(name: string, value: JsonValue): string | undefined {
  const [, pattern, form] = REFERENCES.find(([known]) => known === name) ?? [];
  if (pattern === undefined || (typeof value === 'string' && pattern.test(value))) return undefined;
  return `${name} is not ${form}`;
}
