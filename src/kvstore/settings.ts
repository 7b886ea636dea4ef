/** The place and login of a store, and the functions with which drivers read them. */
import { LenkwerkError } from '../model/errors.js';
import { isJsonObject, JsonNumber, type JsonObject } from '../model/json.js';
import { isThisMachine } from '../runtime/this-machine.js';
import type { KeyValueStore, StoreGuarantees } from './store.js';

/**
 * The place of one store, of any driver; only its driver knows the rest. Two of them are deeply
 * equal when they denote the same place and login.
 */
export interface StoreSettings {
  /** The driver's type, as `kvstore_type` records it. */
  readonly type: string;
  /** Those of the kind of store. */
  readonly guarantees: StoreGuarantees;
  /** What callers put before every key: empty, or `/` and a path without a slash at its end. */
  readonly prefix: string;
  /** For people, without secrets: `etcd://host:2379,host2:2379?prefix=/eu`. */
  readonly description: string;
  /** Stores that have one of these in common are the same store; without the prefix. */
  readonly places: readonly string[];
  /** The files with credentials that `connect` reads where they exist. */
  readonly files: readonly string[];
  /**
   * Loads the driver's client library and connects. Throws `store-unavailable`, `store-rejected`
   * (login), or `environment` and `usage` (unreadable certificate files).
   */
  connect(): Promise<KeyValueStore>;
}

/** A URL with where it comes from. */
export interface StoreUrl {
  readonly text: string;
  /**
   * Every user of the machine can read a command line, so a password is refused there. Who may
   * change a repository chooses the place, so no password goes there in plain text.
   */
  readonly source: 'command-line' | 'private' | 'repository';
}

/** Variables of the environment. Empty means not set. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Paths of PEM files, read at each connect so that renewed certificates count. */
export interface StoreTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** The files of it. */
export function filesOfTls({ caFile, certFile, keyFile }: StoreTls = {}): readonly string[] {
  return [caFile, certFile, keyFile].filter((file) => file !== undefined);
}

/** What error messages call a URL that settings come from. */
export const URL_ORIGIN = 'the URL of the key-value store';
/** What they call the fields that a database records. */
export const CONFIG_ORIGIN = 'kvstore_config';

const MAX_ENDPOINTS = 32;
const MAX_PORT = 65_535;
const ENDPOINT_PATTERN = /^(?:(https?):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d+))?\/?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a prefix.
const PREFIX_PATTERN = /^(?:\/[^/\u0000-\u001f\u007f]+)*$/;
const MAX_PREFIX_LENGTH = 1024;

/** What a list of endpoints denotes. */
interface EndpointList {
  /** `host:port`. */
  readonly endpoints: readonly string[];
  /** Whether the schemes are `https`; undefined when no endpoint has one. */
  readonly secure: boolean | undefined;
}

/** Where a list of endpoints comes from. */
interface EndpointSource {
  /** What error messages call it. */
  readonly origin: string;
  readonly defaultPort: number;
}

/**
 * Reads endpoints such as `host`, `host:2379`, `[::1]:2379` or `https://host:2379`. Throws `usage`
 * for none, for more than 32, for anything else, and for mixed schemes.
 */
export function parseEndpoints(texts: readonly string[], source: EndpointSource): EndpointList {
  const { origin, defaultPort } = source;
  if (texts.length === 0 || texts.length > MAX_ENDPOINTS) {
    throw new LenkwerkError('usage', `${origin}: needs 1 to ${MAX_ENDPOINTS} endpoints`);
  }
  // Not shown: the part before an @ may be a password that contains commas.
  const secret = texts.some((text) => text.includes('@'));
  const parsed = texts.map((text) => {
    const endpoint = parseEndpoint(text.trim(), defaultPort);
    if (endpoint !== undefined) return endpoint;
    const shown = secret ? 'one with an @' : JSON.stringify(text.trim());
    throw new LenkwerkError('usage', `${origin}: not an endpoint: ${shown}`, {
      hint: `endpoints look like host:${defaultPort}, [::1]:${defaultPort} or https://host:${defaultPort}`,
    });
  });
  const [first] = parsed;
  if (parsed.some(({ secure }) => secure !== first?.secure)) {
    throw new LenkwerkError('usage', `${origin}: some endpoints are https and some are not`);
  }
  return { endpoints: parsed.map(({ endpoint }) => endpoint), secure: first?.secure };
}

function parseEndpoint(text: string, defaultPort: number) {
  const [, scheme, host, portText = String(defaultPort)] = ENDPOINT_PATTERN.exec(text) ?? [];
  const port = Number(portText);
  if (host === undefined || port < 1 || port > MAX_PORT) return undefined;
  const secure = scheme === undefined ? undefined : scheme === 'https';
  return { endpoint: `${host}:${port}`, secure };
}

/**
 * Throws `usage` where one of the endpoints is another machine: a manifest or the project file
 * chose it, and the login would go there in plain text.
 */
export function refusePlainLogin(endpoints: readonly string[], origin: string, hint: string): void {
  if (endpoints.every((endpoint) => isThisMachine(endpoint.replace(/:\d+$/, '')))) return;
  const message = `${origin}: has a login, but no TLS: it would go out in plain text`;
  throw new LenkwerkError('usage', message, { hint });
}

/** Reads a key prefix: `/eu` and `/eu/` are the same, `/` is none. Throws `usage`. */
export function parseKeyPrefix(text: string, origin: string): string {
  const prefix = text.endsWith('/') ? text.slice(0, -1) : text;
  if (prefix.length <= MAX_PREFIX_LENGTH && PREFIX_PATTERN.test(prefix)) return prefix;
  throw new LenkwerkError(
    'usage',
    `${origin}: not a key prefix: ${JSON.stringify(text.slice(0, MAX_PREFIX_LENGTH))}`,
    {
      hint: 'a prefix begins with a slash, such as /eu',
    },
  );
}

/** A description: the place of the store, and its prefix where it has one. */
export function describePlace(place: string, prefix: string): string {
  return prefix === '' ? place : `${place}?prefix=${prefix}`;
}

/** PEM files by their names in URLs, variables and config. */
interface TlsPaths {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** TLS settings from the files that are given. Throws `usage` for half a key pair. */
export function tlsFiles({ ca, cert, key }: TlsPaths, origin: string): StoreTls {
  if ((cert === undefined) !== (key === undefined)) {
    throw new LenkwerkError('usage', `${origin}: a client certificate needs both cert and key`);
  }
  const pair = cert === undefined || key === undefined ? {} : { certFile: cert, keyFile: key };
  return ca === undefined ? pair : { caFile: ca, ...pair };
}

/**
 * The text of a field that is a string or a number, since Bagger's tools write either; undefined
 * for one that is missing or null. Throws `usage` for other values.
 */
export function configText(config: JsonObject, name: string): string | undefined {
  const value = config.get(name);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  if (value instanceof JsonNumber) return value.text;
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: ${name} is neither a string nor a number`);
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'on', 'yes'].map((word) => [word, true] as const),
  ...['false', '0', 'off', 'no', ''].map((word) => [word, false] as const),
]);

/**
 * Whether the fields `ssl` and `tls` ask for TLS; undefined where neither is there. Existing
 * databases have `ssl`. Throws `usage` for what is neither yes nor no, and where the two disagree.
 */
export function configuredEncryption(config: JsonObject): boolean | undefined {
  const wanted = ['ssl', 'tls'].flatMap((name) => {
    const value = config.get(name);
    if (value === undefined || value === null) return [];
    const text = value instanceof JsonNumber ? value.text : String(value);
    const known = isJsonObject(value) ? undefined : SWITCHES.get(text.toLowerCase());
    if (known === undefined) {
      throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: ${name} is neither true nor false`);
    }
    return [known];
  });
  if (wanted.includes(true) && wanted.includes(false)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: ssl and tls disagree`);
  }
  return wanted[0];
}

/** Throws `usage`: a URL on a command line must not hold a password. */
export function refusePassword(hint: string): never {
  const message = 'every user can read a password on the command line';
  throw new LenkwerkError('usage', message, { hint });
}
