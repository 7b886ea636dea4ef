/** Who may see the console. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { LenkwerkError } from '../model/errors.js';
import type { HttpRequest, ListenAddress } from '../runtime/listen.js';

export interface AccessFlags {
  /** What clients have to send; undefined: no token. */
  readonly token: string | undefined;
  /** The header in which a proxy names who was admitted; undefined: there is no such proxy. */
  readonly trustHeader: string | undefined;
  /** The addresses of that proxy, like `10.0.0.0/8`. */
  readonly trustedProxy: string | undefined;
  /** Further names by which browsers may call it. */
  readonly allowHost: readonly string[];
}

interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly text: string;
}

/** Returns why a request is refused, or undefined. */
type Gate = (request: Pick<HttpRequest, 'headers' | 'peer'>) => Refusal | undefined;

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
const MIN_TOKEN_LENGTH = 16;

/**
 * The check of each request. Throws `usage` for an address that others reach without a token or a
 * trusted proxy, and for flags that do not fit.
 */
export function gateOf(address: ListenAddress, flags: AccessFlags): Gate {
  const { token, trustHeader, trustedProxy, allowHost } = flags;
  const isLocal = address.kind === 'socket' || LOOPBACK.test(address.host ?? '');
  if ((trustHeader === undefined) !== (trustedProxy === undefined)) {
    throw new LenkwerkError('usage', '--trust-header and --trusted-proxy belong together');
  }
  if (token !== undefined && trustHeader !== undefined) {
    throw new LenkwerkError('usage', '--token-file and --trust-header exclude each other');
  }
  if (token !== undefined && token.length < MIN_TOKEN_LENGTH) {
    throw new LenkwerkError('usage', `a token has at least ${MIN_TOKEN_LENGTH} characters`, {
      hint: 'openssl rand -hex 32 > token',
    });
  }
  if (!isLocal && token === undefined && trustHeader === undefined) {
    throw new LenkwerkError(
      'usage',
      'others could reach the console without showing who they are',
      {
        hint: 'listen on 127.0.0.1 or a Unix socket, or give --token-file, or --trust-header with --trusted-proxy',
      },
    );
  }
  const own = address.kind === 'tcp' && address.host !== undefined ? [address.host] : [];
  const hosts = new Set(['localhost', '127.0.0.1', '::1', ...own, ...allowHost].map(lower));
  const proxies = trustedProxy === undefined ? undefined : blockOf(trustedProxy);
  return (request) =>
    refuseHost(request, hosts) ??
    (token === undefined ? undefined : refuseToken(request, token)) ??
    (proxies && trustHeader ? refuseProxy(request, proxies, trustHeader) : undefined);
}

/** A page of another name may be led to this address by its owner (DNS rebinding). */
function refuseHost({ headers }: Pick<HttpRequest, 'headers'>, hosts: ReadonlySet<string>) {
  const name = lower(headers.host ?? '')
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  if (hosts.has(name)) return undefined;
  return { status: 421, text: 'not a name of this console; --allow-host adds one' } as const;
}

/** As `Bearer TOKEN`, or as the password of Basic, which browsers ask for. */
function refuseToken({ headers }: Pick<HttpRequest, 'headers'>, token: string) {
  const [, scheme = '', given = ''] = /^(\w+) +(\S+)$/.exec(headers.authorization ?? '') ?? [];
  const isBasic = lower(scheme) === 'basic';
  const basic = isBasic ? Buffer.from(given, 'base64').toString() : '';
  const shown = isBasic ? basic.slice(basic.indexOf(':') + 1) : given;
  const isKnown = isBasic || lower(scheme) === 'bearer';
  if (isKnown && timingSafeEqual(digestOf(shown), digestOf(token))) return undefined;
  return { status: 401, text: 'a token is needed' } as const;
}

function refuseProxy(
  { headers, peer }: Pick<HttpRequest, 'headers' | 'peer'>,
  proxies: BlockList,
  name: string,
) {
  const from = peer?.replace(/^::ffff:(?=\d+\.)/, '');
  const isProxy = from === undefined || proxies.check(from, isIP(from) === 6 ? 'ipv6' : 'ipv4');
  const user = headers[lower(name)] ?? '';
  if (isProxy && user !== '') return undefined;
  return { status: 403, text: 'only what the proxy admits' } as const;
}

/** Throws `usage`. */
function blockOf(text: string): BlockList {
  const [, network = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(network);
  if (family === 0 || Number(length) > (family === 4 ? 32 : 128)) {
    throw new LenkwerkError('usage', `not a range of addresses: ${JSON.stringify(text)}`, {
      hint: 'it looks like 10.0.0.0/8 or 127.0.0.1/32',
    });
  }
  const list = new BlockList();
  list.addSubnet(network, Number(length), family === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function lower(text: string): string {
  return text.toLowerCase();
}
