import { LenkwerkError } from '../model/errors.js';
import { JsonNumber, type JsonObject } from '../model/json.js';
import type { StoreTls } from './settings.js';

export const DEFAULT_ETCD_PORT = 2379;
const MAX_ENDPOINTS = 32;
const MAX_PORT = 65_535;
const ENDPOINT_PATTERN = /^(?:(https?):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d+))?\/?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a prefix.
const PREFIX_PATTERN = /^(?:\/[^/\u0000-\u001f\u007f]+)*$/;

export interface EndpointList {
  /** `host:port`. */
  readonly endpoints: readonly string[];
  /** What the schemes say; undefined when no endpoint has one. */
  readonly secure: boolean | undefined;
}

/**
 * Reads endpoints such as `host`, `host:2379`, `[::1]:2379` or `https://host:2379`. `origin`
 * names their source in the error. Throws `usage`.
 */
export function parseEndpoints(texts: readonly string[], origin: string): EndpointList {
  if (texts.length === 0 || texts.length > MAX_ENDPOINTS) {
    throw new LenkwerkError('usage', `${origin}: needs 1 to ${MAX_ENDPOINTS} endpoints`);
  }
  // Not shown as it is: what stands before an @ may be a password, with commas in it.
  const secret = texts.some((text) => text.includes('@'));
  const parsed = texts.map((text) => {
    const endpoint = parseEndpoint(text.trim());
    if (endpoint !== undefined) return endpoint;
    const shown = secret ? 'one with an @' : JSON.stringify(text.trim());
    throw new LenkwerkError('usage', `${origin}: not an endpoint: ${shown}`, {
      hint: 'endpoints look like host:2379, [::1]:2379 or https://host:2379',
    });
  });
  const [first] = parsed;
  if (parsed.some(({ secure }) => secure !== first?.secure)) {
    throw new LenkwerkError('usage', `${origin}: some endpoints are https and some are not`);
  }
  return { endpoints: parsed.map(({ endpoint }) => endpoint), secure: first?.secure };
}

function parseEndpoint(text: string) {
  const [, scheme, host, portText = String(DEFAULT_ETCD_PORT)] = ENDPOINT_PATTERN.exec(text) ?? [];
  const port = Number(portText);
  if (host === undefined || port < 1 || port > MAX_PORT) return undefined;
  const secure = scheme === undefined ? undefined : scheme === 'https';
  return { endpoint: `${host}:${port}`, secure };
}

/** Reads a key prefix: `/eu` and `/eu/` are the same, `/` is none. Throws `usage`. */
export function parseKeyPrefix(text: string, origin: string): string {
  const prefix = text.endsWith('/') ? text.slice(0, -1) : text;
  if (PREFIX_PATTERN.test(prefix)) return prefix;
  throw new LenkwerkError('usage', `${origin}: not a key prefix: ${JSON.stringify(text)}`, {
    hint: 'a prefix begins with a slash, such as /eu',
  });
}

/** Makes TLS settings of those files that are given. Throws `usage` for half a key pair. */
export function tlsFiles(
  files: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  },
  origin: string,
): StoreTls {
  const { ca, cert, key } = files;
  if ((cert === undefined) !== (key === undefined)) {
    throw new LenkwerkError('usage', `${origin}: a client certificate needs both cert and key`);
  }
  const pair = cert === undefined || key === undefined ? {} : { certFile: cert, keyFile: key };
  return ca === undefined ? pair : { caFile: ca, ...pair };
}

/** What error messages call the settings that a database records. */
export const CONFIG_ORIGIN = 'kvstore_config';

/** A field that is a string, or a number as Bagger's tools write either. Throws `usage`. */
export function configText(config: JsonObject, name: string): string | undefined {
  const value = config.get(name);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  if (value instanceof JsonNumber) return value.text;
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: ${name} is neither a string nor a number`);
}
