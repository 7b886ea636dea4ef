/** The login at a store whose place a repository names: by references to secrets, or adopted. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import type { JsonObject } from '../model/json.js';
import { HIDDEN } from '../model/secrets/names.js';
import { referenceProblem } from '../model/secrets/references.js';
import { fileTrouble, readRegularFile } from '../runtime/files.js';
import { configText, type Variables } from './settings.js';

/** Where references to secrets lead. */
export interface SecretSources {
  /** Of these only LENKWERK_STORE_* can be referred to. */
  readonly variables: Variables;
  /** The folder that `passwordFile` is below; undefined: none was given. */
  readonly secretsDir: string | undefined;
}

/** A file with a password on its first line. */
export interface SecretFile {
  readonly folder: string;
  /** Below the folder. */
  readonly path: string;
}

/** Fields of a login, and what error messages call the place of them. */
interface LoginFields {
  readonly fields: JsonObject;
  readonly origin: string;
}

/** The login that a store's config gives. */
export interface RecordedLogin {
  readonly username: string | undefined;
  /** undefined: there is none, or it is in the file. */
  readonly password: string | undefined;
  readonly passwordFile: SecretFile | undefined;
  /** The fields, variables and files that it comes from. */
  readonly from: readonly string[];
}

const NO_LOGIN: RecordedLogin = {
  username: undefined,
  password: undefined,
  passwordFile: undefined,
  from: [],
};

/**
 * The login that fields of a store give: `user` or `userEnv`; `password`, `passwordEnv` or
 * `passwordFile`. Without sources the references are checked only, and there is no login. Throws
 * `usage` for two of a kind, for a reference that is not allowed, and for a variable that is not
 * set.
 */
export function recordedLogin(
  given: LoginFields,
  sources: SecretSources | undefined,
): RecordedLogin {
  const user = oneOf(given, ['user', 'userEnv']);
  const password = oneOf(given, ['password', 'passwordEnv', 'passwordFile']);
  if (sources === undefined) return NO_LOGIN;
  const isFile = password?.name === 'passwordFile';
  return {
    username: user && textOf(user, sources.variables),
    password: password && !isFile ? textOf(password, sources.variables) : undefined,
    passwordFile: password && isFile ? fileOf(password, sources.secretsDir) : undefined,
    from: [user, password].flatMap((field) => (field === undefined ? [] : [originOf(field)])),
  };
}

interface Field {
  readonly origin: string;
  readonly name: string;
  readonly text: string;
}

function oneOf(given: LoginFields, names: readonly string[]): Field | undefined {
  const { origin } = given;
  const fields = names.flatMap((name) => {
    const text = configText(given.fields, name);
    if (text === undefined || text === '') return [];
    const problem = referenceProblem(name, text);
    if (problem !== undefined) throw new LenkwerkError('usage', `${origin}: ${problem}`);
    return [{ origin, name, text }];
  });
  if (fields.length <= 1) return fields[0];
  const found = fields.map(({ name }) => name).join(' and ');
  throw new LenkwerkError('usage', `${origin}: has ${found}; one of them is to go`);
}

function textOf({ origin, name, text }: Field, variables: Variables): string {
  if (text === HIDDEN) {
    throw new LenkwerkError('usage', `${origin}: ${name} is hidden, not a value`);
  }
  if (!name.endsWith('Env')) return text;
  const value = variables[text] ?? '';
  if (value !== '') return value;
  throw new LenkwerkError('usage', `${origin}: the variable ${text} is not set`, {
    hint: `${name} names it: set it where this command runs`,
  });
}

function fileOf({ origin, text: path }: Field, folder: string | undefined): SecretFile {
  if (folder !== undefined) return { folder, path };
  throw new LenkwerkError('usage', `${origin}: passwordFile needs --secrets-dir`, {
    hint: 'give the folder that it is below',
  });
}

function originOf({ name, text }: Field): string {
  if (name.endsWith('Env')) return text;
  return name === 'passwordFile' ? `the file ${text}` : `the recorded ${name}`;
}

/** The path of the file, in a list; empty for none. */
export function pathsOf(file: SecretFile | undefined): readonly string[] {
  return file === undefined ? [] : [join(file.folder, file.path)];
}

const MAX_SECRET_BYTES = 4_096;

/**
 * The first line of a file below its folder. Throws `environment` for one that cannot be read, that
 * is longer than 4 KiB, and that a symbolic link leads to outside of the folder.
 */
export async function readSecretFile({ folder, path }: SecretFile): Promise<string> {
  const failed = (why: string, cause?: unknown) =>
    new LenkwerkError('environment', `the password file ${path} ${why}`, { cause });
  try {
    const real = await realpath(join(folder, path));
    const inside = relative(await realpath(folder), real);
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
      throw failed('is not below the folder of --secrets-dir');
    }
    // A link that took the place of the file since then is not followed.
    const content = readRegularFile(real, { maxBytes: MAX_SECRET_BYTES, followLink: false });
    const [line = ''] = content.toString('utf8').split(/\r?\n/);
    if (line === '') throw failed('is empty');
    return line;
  } catch (error) {
    if (error instanceof LenkwerkError) throw error;
    throw failed(`cannot be read: ${fileTrouble(error)}`, error);
  }
}
