/**
 * The names of fields that hold secrets: the one place that knows them. A name is read as words:
 * one of them makes it a secret's, its last word or a word before may say otherwise.
 */
import { isJsonArray, isJsonObject, JsonNumber, type JsonValue } from '../json.js';

/** Stands for a secret in every output; in a manifest for the recorded one, which then stays. */
export const HIDDEN = '***';

/**
 * How a name denotes a secret. `sure`: whatever is below it, other than a boolean. `likely`: texts;
 * a number is a limit or a count. `login`: texts other than the name of a method; what is below
 * one that has parts is judged by the names of the parts.
 */
type SecretKind = 'sure' | 'likely' | 'login';

const SURE = /^password$|(?:passwort|kennwort|secret)s?$|credentials?$|^creds$|psk$|pwd$/;
/** Written in one word with `pass` or `pw`. */
const WHOSE =
  'db|user|ssh|smtp|mail|ftp|pg|postgres|mysql|redis|mongo|kafka|rabbitmq|ldap|root|admin|proxy';
const LIKELY = new RegExp(`tokens?$|^bearer$|^passkeys?$|^(?:${WHOSE})?pass$|^(?:${WHOSE})pw$`);
const LOGIN = /(?<!un)auth$|^authorization$|^jwt$/;
/** What stands before `key` where a key is a secret: not `sort`, `primary`, `partition`. */
const KEY_OWNERS =
  'api|private|priv|access|account|signing|sign|encryption|decryption|cipher|crypto|shared|master|auth|secret|session|client|server|service|license|webhook|ssh|ssl|tls|hmac|aes|rsa|gpg|pgp|jwt|psk|sasl';

const KEY_OWNER = new RegExp(`^(?:${KEY_OWNERS})$`);
/** A last word that names a place, a form or a bound of a secret. */
const ABOUT = new RegExp(
  `^(?:${[
    'files?|paths?|dirs?|directory|folder|env|variable|var|refs?|reference|names?|columns?|fields?',
    'types?|kinds?|methods?|modes?|mechanisms?|algorithms?|alg|format|encoding|class|version|prefix',
    'ttl|timeout|expiry|expires|expiration|age|rotation|ms|days|hours|minutes|seconds|at|interval',
    'required|enabled|disabled|optional|allowed|supported|policy|rules?|validation|strength|less',
    'length|len|min|max|counts?|limits?|sizes?|rates?|buckets?|retries|attempts|through',
    'urls?|uri|endpoints?|providers?|hashing|encryption|authentication|manager',
  ].join('|')})$`,
);
/** One who has a token or a login. With `password` it is more often whose password that is. */
const PARTY =
  /^(?:users?|usernames?|ids?|roles?|groups?|hosts?|ports?|servers?|domain|realm|issuer|audience|scopes?|database|db)$/;
/** A word before a likely one: of limits, of marks in a text, of switches. */
const OTHERWISE =
  /^(?:max|min|num|number|total|count|delimiter|separator|stop|start|end|cancel|use|no|enable|disable|require|allow|skip)$/;
/** Filters and rounds: `band_pass`, `first_pass`. */
const OTHER_PASS =
  /^(?:low|high|band|all|by|first|second|third|last|next|one|two|single|double|multi)$/;
/** `auth: basic` names a method. */
const METHOD =
  /^(?:none|on|off|true|false|yes|no|\d|basic|digest|plain|md5|peer|trust|cert|ldap|gss|gssapi|kerberos|sasl|scram(?:-sha-\d+)?|oauth2?|jwt|bearer|token|password|m?tls)$/i;
/** `tls_key: /etc/tls/key.pem` is a place. */
const KEY_FILE = /^[\w./~-]{1,300}\.(?:pem|key|crt|cer|der|p8|p12|pfx|jks)$/;

/** False for a text, of any length, that holds no word of the name of a secret. */
export function mayNameSecret(text: string): boolean {
  return MAYBE_SECRET.test(text) || (NOT_ASCII.test(text) && MAYBE_SECRET.test(visibleName(text)));
}

const NOT_ASCII = /[\u0080-\uffff]/;
const MAYBE_SECRET = new RegExp(
  `pass|pwd?|psk|token|auth|bearer|secret|cred|kennwort|jwt|(?:${KEY_OWNERS})[^a-z]*key`,
  'i',
);

/** True when a field of this name may hold a secret: `password`, `kafka_password_eu`, `apiKeys`. */
export function isSecretName(name: string): boolean {
  return secretKind(name) !== undefined;
}

/** How a field of this name denotes a secret; undefined: it denotes none. */
export function secretKind(name: string): SecretKind | undefined {
  if (!mayNameSecret(name)) return undefined;
  const words = wordsOf(name);
  if (isAbout(words)) return undefined;
  if (words.some((word) => SURE.test(word))) return 'sure';
  if (isParty(words) || words.some((word) => OTHERWISE.test(word))) return undefined;
  if (words.some((word, i) => isLikely(word, words[i - 1] ?? ''))) return 'likely';
  return words.some((word) => LOGIN.test(word)) ? 'login' : undefined;
}

function isAbout(words: readonly string[]): boolean {
  return ABOUT.test(words.at(-1) ?? '');
}

function isParty(words: readonly string[]): boolean {
  return PARTY.test(words.at(-1) ?? '');
}

function isLikely(word: string, before: string): boolean {
  if (/^keys?$/.test(word)) return KEY_OWNER.test(before);
  return LIKELY.test(word) && !(word === 'pass' && OTHER_PASS.test(before));
}

/** The words of a name in lower case, without numbers: `dbPassword_v2` is `db`, `password`, `v`. */
function wordsOf(name: string): readonly string[] {
  return visibleName(name)
    .replace(/([a-z])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3_$2')
    .toLowerCase()
    .replace(PASSWORD, '_password_')
    .replace(
      /(api|private|priv|secret|access|shared|signing|encryption|master|auth|client|server)(keys?)/g,
      '$1_$2',
    )
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}

/** Also within a word, as in `sslpassword`. */
const PASSWORD = /(?<![a-z])pass[^a-z](?:word|phrase|code)|pass(?:word|phrase|code|wd)/g;

/** Without characters and marks that no reader sees, and with ASCII's letters for their forms. */
function visibleName(name: string): string {
  if (!NOT_ASCII.test(name)) return name;
  return name.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '');
}

/** True when the value of a field of this name is a secret as a whole. */
export function isSecret(name: string, value: JsonValue): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false;
  const kind = secretKind(name);
  if (kind === undefined) return false;
  if (isJsonArray(value) || isJsonObject(value)) {
    if (kind === 'login') return false;
    const content = contentOf(value);
    return content === 'text' || (content === 'number' && kind === 'sure');
  }
  if (kind === 'sure') return true;
  const text = typeof value === 'string' ? value : value.text;
  return kind === 'login' ? !METHOD.test(text) : typeof value === 'string' && isLong(value);
}

/** What could be a secret in a value; `text` where it holds both. */
function contentOf(value: JsonValue): 'nothing' | 'number' | 'text' {
  // What is hidden already, perhaps a number, makes no secret of the whole.
  if (typeof value === 'string') return value === '' || value === HIDDEN ? 'nothing' : 'text';
  if (value instanceof JsonNumber) return 'number';
  const items = isJsonArray(value) ? value : isJsonObject(value) ? [...value.values()] : [];
  const found = new Set(items.map(contentOf));
  return found.has('text') ? 'text' : found.has('number') ? 'number' : 'nothing';
}

function isLong(text: string): boolean {
  return !/^(?:\d{1,5}|true|false)$/.test(text) && !KEY_FILE.test(text);
}

/**
 * The name by which a part of a value is judged: its own, or that of the whole where the whole is
 * a `login` and the name of the part (none: an item of a list) describes nothing else of it.
 */
export function nameOfPart(whole: string, part: string): string {
  if (secretKind(whole) !== 'login' || secretKind(part) !== undefined) return part;
  const words = wordsOf(part);
  return isAbout(words) || isParty(words) ? part : whole;
}
