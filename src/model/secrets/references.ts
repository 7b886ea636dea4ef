/** References to secrets: the fields of a store's config that name where a secret is. */
import type { JsonValue } from '../json.js';

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
