/** The names of fields that hold secrets: the one place that knows them. */
import type { JsonValue } from '../json.js';

/** Stands for a secret in every output; in a manifest for the recorded one, which then stays. */
export const HIDDEN = '***';

/** Of a name in lower case, its words joined by `_`, without digits at its end. */
const SECRET_NAME = new RegExp(
  [
    '(?:password|passwd|passphrase|passcode|pwd|psk|token|auth|authorization|bearer)$',
    '(?:^|_|db|user|ssh)pass$',
    '(?:api|private|access|account|signing|encryption|shared|master|auth|ssh)_?keys?$',
    '(?:^|_|client|app|shared)secret(?:s|key)?(?:_|$)|credentials?(?:_|$)|private_?key',
  ].join('|'),
);
/** The name of a place, a form or a bound of secrets. */
const ABOUT_SECRETS =
  /_(?:file|path|dir|env|ref|name|type|method|mode|ttl|required|enabled|policy|length|days|hours|seconds)$/;
/** `auth: basic` names a method. */
const METHOD =
  /^(?:|none|on|off|true|false|basic|digest|plain|md5|peer|trust|cert|ldap|gss|gssapi|kerberos|sasl|scram(?:-sha-\d+)?|oauth2?|jwt|m?tls)$/i;

/** False for a text, of any length, that holds no word of the name of a secret. */
export function mayNameSecret(text: string): boolean {
  return MAYBE_SECRET.test(text);
}

const MAYBE_SECRET = /pass|pwd|psk|token|auth|bearer|key|secret|credential/i;

/**
 * True when a field of this name holds a secret: `password`, `kafka_password`, `apiKey`, `auth`.
 */
export function isSecretName(name: string): boolean {
  if (!mayNameSecret(name)) return false;
  const words = name
    .slice(-LONGEST_NAME)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_');
  const plain = words.toLowerCase().replace(/_?\d*$/, '');
  return SECRET_NAME.test(plain) && !ABOUT_SECRETS.test(plain);
}

/** Of longer ones the end decides. */
const LONGEST_NAME = 200;

/**
 * True when the value of a field of this name is a secret. A field like `auth` may also hold a
 * method, or a mapping.
 */
export function isSecret(name: string, value: JsonValue): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false;
  if (!isSecretName(name)) return false;
  return !/auth$/i.test(name) || (typeof value === 'string' && !METHOD.test(value));
}
