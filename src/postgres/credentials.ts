/**
 * The files with credentials: .pgpass and certificates.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 * https://www.postgresql.org/docs/current/libpq-ssl.html
 */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { LenkwerkError } from '../model/errors.js';
import { fileTrouble, readSettingsFile } from '../runtime/files.js';
import { isThisMachine } from '../runtime/this-machine.js';
import type { ConnectionSettings, ServerSettings } from './connection-settings.js';
import type { TlsSettings } from './libpq/tls.js';

const GROUP_OR_OTHERS = 0o077;

/** libpq's files for what the settings name no file for. */
const DEFAULT_FILES = {
  rootCert: 'root.crt',
  cert: 'postgresql.crt',
  key: 'postgresql.key',
  crl: 'root.crl',
} as const;
type TlsFile = keyof typeof DEFAULT_FILES;

/** The files with credentials that a session of these settings reads where they exist. */
export function credentialFiles({
  passwordFile,
  tls,
}: Pick<ConnectionSettings, 'passwordFile' | 'tls'>): readonly string[] {
  const files: readonly TlsFile[] = ['cert', 'key', 'crl'];
  const rootCert = tls.rootCert === 'system' ? [] : [tls.rootCert ?? defaultFile('rootCert')];
  return [passwordFile, ...rootCert, ...files.map((file) => tls[file] ?? defaultFile(file))];
}

function defaultFile(file: TlsFile): string {
  return join(homedir(), '.postgresql', DEFAULT_FILES[file]);
}

/**
 * The options of node's TLS for each sslmode, with its meaning in libpq; undefined for a connection
 * in plain text. Throws `usage` when a named file cannot be read.
 */
export function tlsOptions(tls: TlsSettings): ConnectionOptions | undefined {
  if (tls.mode === 'disable') return undefined;
  const authority = readAuthority(tls);
  const given = {
    cert: readOptional(tls, 'cert'),
    key: readOptional(tls, 'key'),
    ca: authority,
    crl: authority === undefined ? undefined : readOptional(tls, 'crl'),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
  };
  const options: ConnectionOptions = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  switch (tls.mode) {
    case 'verify-full':
      return { ...options, rejectUnauthorized: true };
    case 'verify-ca':
      return verifyAuthority(options);
    case 'require':
      // As in libpq: where the certificate of an authority exists, the server's is checked.
      return authority === undefined
        ? { ...options, rejectUnauthorized: false }
        : verifyAuthority(options);
    case 'allow':
    case 'prefer':
      return { ...options, rejectUnauthorized: false };
  }
}

function verifyAuthority(options: ConnectionOptions): ConnectionOptions {
  if (options.ca === undefined) {
    throw new LenkwerkError('usage', 'sslmode=verify-ca needs sslrootcert', {
      hint: 'name the file of the authority, or use verify-full with sslrootcert=system',
    });
  }
  return { ...options, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}

function readAuthority(tls: TlsSettings): string | undefined {
  if (tls.rootCert === 'system') return undefined;
  return tls.mode === 'prefer' || tls.mode === 'allow' ? undefined : readOptional(tls, 'rootCert');
}

function readOptional(tls: TlsSettings, file: TlsFile): string | undefined {
  const path = tls[file];
  try {
    return readSettingsFile(path ?? defaultFile(file));
  } catch (cause) {
    if (path === undefined) return undefined;
    const message = `cannot read the certificate file ${path}: ${fileTrouble(cause)}`;
    throw new LenkwerkError('usage', message, { cause });
  }
}

/**
 * The password for these settings: the given one, or the first line of the password file that
 * matches. `isEncrypted`: the session that the server requests it in has TLS. Throws
 * `database-unavailable` when there is none, because the server requests one, and when it must not
 * go to that host.
 */
export async function findPassword(
  settings: ServerSettings,
  isEncrypted: boolean,
): Promise<string> {
  const { host, address } = settings.server;
  if (settings.isRecorded && !isEncrypted && !isThisMachine(address ?? host)) {
    const message = 'the server requests a password in plain text';
    throw new LenkwerkError('database-unavailable', message, {
      hint: 'name sslmode: verify-full there: a host of a repository gets no password without TLS',
    });
  }
  if (settings.password !== undefined) return settings.password;
  const found = await passwordFromFile(settings);
  if (found !== undefined) return found;
  const message = 'the server requests a password, and none is configured';
  throw new LenkwerkError('database-unavailable', message, { hint: settings.passwordHint });
}

/** Only root puts servers there; into the folders that a manifest may name others can. */
const SYSTEM_SOCKETS: ReadonlySet<string> = new Set(['/var/run/postgresql', '/run/postgresql']);
/** libpq's own folder, by how it was built: there a line for `localhost` holds, nowhere else. */
const DEFAULT_SOCKETS: ReadonlySet<string> = new Set([...SYSTEM_SOCKETS, '/tmp']);

/**
 * What a line may have in the place of the host. A manifest that names an address besides could
 * send the password of any host there, so the line has to name the address.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
function hostsInFile({ server, isRecorded }: ServerSettings): readonly string[] {
  const { host, address } = server;
  if (isRecorded && address !== undefined) return [address];
  const isLocal = (isRecorded ? SYSTEM_SOCKETS : DEFAULT_SOCKETS).has(host);
  // A manifest chose a recorded host: `*` would hand the password to every host that one names.
  return [host, ...(isLocal ? ['localhost'] : []), ...(isRecorded ? [] : ['*'])];
}

async function passwordFromFile(settings: ServerSettings): Promise<string | undefined> {
  const path = settings.passwordFile;
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile() !== true) return undefined;
  if ((info.mode & GROUP_OR_OTHERS) !== 0) {
    throw new LenkwerkError('database-unavailable', `${path} may be read by others: not used`, {
      hint: `chmod 600 ${path}`,
    });
  }
  const hosts = hostsInFile(settings);
  const wanted = [String(settings.server.port), settings.database, settings.username];
  for (const line of readPasswordFile(path).split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const [host = '', ...others] = splitPasswordLine(line);
    const matches =
      hosts.includes(host) && wanted.every((value, i) => others[i] === value || others[i] === '*');
    if (matches && others[wanted.length] !== undefined) return others[wanted.length];
  }
  return undefined;
}

function readPasswordFile(path: string): string {
  try {
    return readSettingsFile(path);
  } catch (cause) {
    const message = `cannot read the password file ${path}: ${fileTrouble(cause)}`;
    throw new LenkwerkError('database-unavailable', message, { cause });
  }
}

/** Fields are separated by colons; a backslash takes the next character as it is. */
function splitPasswordLine(line: string): string[] {
  const fields = [''];
  for (const [, escaped, character] of line.matchAll(/\\(.)|([^\\])/g)) {
    if (character === ':') fields.push('');
    else fields.push(`${fields.pop()}${escaped ?? character}`);
  }
  return fields;
}
