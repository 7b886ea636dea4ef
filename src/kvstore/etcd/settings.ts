import { LenkwerkError } from '../../model/errors.js';
import type { StoreTls } from '../settings.js';
import { parseEndpoints, parseKeyPrefix, tlsFiles } from '../settings-parts.js';

const URL_PATTERN = /^(etcds?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/;
const PARAMETERS = ['prefix', 'ca', 'cert', 'key'];
const HINT = 'it looks like etcd://host:2379,host2:2379?prefix=/eu, or etcds:// for TLS';

/** What a URL says; everything that it leaves out is left out. */
export interface ParsedStoreUrl {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly tls: StoreTls | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads `etcd://[user[:password]@]host[:port][,host…][?prefix=/eu]`. The scheme `etcds` means TLS
 * and takes the PEM files `ca`, `cert` and `key`. A password is refused where everybody on the
 * machine can read it, on a command line. Throws `usage`, never showing the URL.
 */
export function parseStoreUrl(url: string, source: 'command-line' | 'private'): ParsedStoreUrl {
  const origin = 'the URL of the key-value store';
  const [, scheme, userinfo, hosts, query = ''] = URL_PATTERN.exec(url) ?? [];
  if (hosts === undefined) {
    throw new LenkwerkError('usage', `${origin} is malformed`, { hint: HINT });
  }
  if (query.includes('@')) {
    // What stands before it may be a password with a ? in it, and none of it may be shown.
    throw new LenkwerkError('usage', `${origin} has an @ behind its ?`, {
      hint: 'in a user or a password write %3F for ?, and in a parameter %40 for @',
    });
  }
  const { username, password } = parseUserinfo(userinfo);
  if (password !== undefined && source === 'command-line') {
    throw new LenkwerkError('usage', 'a password on the command line can be read by everybody', {
      hint: 'put it into the variable ETCDCTL_PASSWORD, and only the user into the URL',
    });
  }
  const parameters = parseParameters(query, origin);
  return {
    endpoints: parseHosts(hosts, origin),
    prefix: parseKeyPrefix(parameters.get('prefix') ?? '', origin),
    tls: parseTls(scheme === 'etcds', parameters, origin),
    username,
    password,
  };
}

function parseHosts(hosts: string, origin: string): readonly string[] {
  const { endpoints, secure } = parseEndpoints(hosts.split(','), origin);
  if (secure === undefined) return endpoints;
  throw new LenkwerkError('usage', `${origin} has a second scheme`, { hint: HINT });
}

function parseUserinfo(userinfo: string | undefined) {
  if (userinfo === undefined) return { username: undefined, password: undefined };
  const colon = userinfo.indexOf(':');
  if (colon === -1) return { username: decode(userinfo), password: undefined };
  return {
    username: decode(userinfo.slice(0, colon)),
    password: decode(userinfo.slice(colon + 1)),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LenkwerkError('usage', 'the user of the URL is not percent-encoded', { hint: HINT });
  }
}

function parseParameters(query: string, origin: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS.includes(name) || parameters.has(name)) {
      const why = parameters.has(name) ? 'repeats' : 'has the unknown parameter';
      throw new LenkwerkError('usage', `${origin} ${why} ${JSON.stringify(name)}`, {
        hint: `it takes ${PARAMETERS.join(', ')}`,
      });
    }
    parameters.set(name, value);
  }
  return parameters;
}

function parseTls(
  secure: boolean,
  parameters: ReadonlyMap<string, string>,
  origin: string,
): StoreTls | undefined {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => parameters.get(name));
  if (secure) return tlsFiles({ ca, cert, key }, origin);
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  const message = `${origin} names certificates, but etcd:// is plain text`;
  throw new LenkwerkError('usage', message, { hint: 'write etcds:// for TLS' });
}
