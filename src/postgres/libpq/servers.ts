/**
 * The servers that lists of hosts, addresses and ports name.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
import { isIP } from 'node:net';
import { LenkwerkError } from '../../model/errors.js';
import { counted } from '../../model/text.js';

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 5432;
const MAX_PORT = 65_535;

/** One server of a list. */
export interface ServerPlace {
  /** A name or address, or the folder of a Unix socket: for certificates and the password file. */
  readonly host: string;
  /** Where to connect in place of looking the host up; undefined: it is looked up. */
  readonly address: string | undefined;
  /** In a session: what the host was looked up as, which decides about no password. */
  readonly found: string | undefined;
  readonly port: number;
}

/** Lists with commas; empty means not given, also a part of them. */
interface Lists {
  readonly host: string;
  readonly address: string;
  readonly port: string;
}

/**
 * The servers in their order, at least one; without any the default is localhost:5432. Throws
 * `usage` for lists that do not match, addresses that are none, and malformed ports.
 */
export function serversOf({ host, address, port }: Lists): readonly ServerPlace[] {
  const [hosts, addresses, ports] = [listOf(host), listOf(address), listOf(port)];
  const count = Math.max(1, addresses.length === 0 ? hosts.length : addresses.length);
  if (hosts.length > 0 && hosts.length !== count) {
    throw unequal(
      `${counted(hosts.length, 'host')}, and ${counted(count, 'address', 'addresses')}`,
    );
  }
  if (ports.length > 1 && ports.length !== count) {
    throw unequal(`${counted(ports.length, 'port')}, and ${counted(count, 'host')}`);
  }
  return Array.from({ length: count }, (_, i) =>
    placeOf({
      host: hosts[i] ?? '',
      address: addresses[i] ?? '',
      port: (ports.length === 1 ? ports[0] : ports[i]) ?? '',
    }),
  );
}

function placeOf({ host, address, port }: Lists): ServerPlace {
  if (host.startsWith('@')) {
    throw new LenkwerkError('usage', `not supported: an abstract socket, ${host}`, {
      hint: 'name the folder of a socket, or a host',
    });
  }
  if (address !== '' && isIP(address) === 0) {
    throw new LenkwerkError('usage', `not an address: ${address}`, {
      hint: 'hostaddr is numeric; a name is a host',
    });
  }
  return {
    host: host === '' && address === '' ? DEFAULT_HOST : host === '' ? address : host,
    address: address === '' ? undefined : address,
    found: undefined,
    port: port === '' ? DEFAULT_PORT : parsePort(port),
  };
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

function unequal(what: string): LenkwerkError {
  return new LenkwerkError('usage', `the lists of the database do not match: ${what}`, {
    hint: 'one port for all hosts or one for each, and an address for each host',
  });
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > MAX_PORT) {
    throw new LenkwerkError('usage', `not a port: ${text}`, { hint: `1 to ${MAX_PORT}` });
  }
  return port;
}

/** `host:port` of each, with commas between them: where a store is, however it is reached. */
export function namePlaces(servers: readonly Pick<ServerPlace, 'host' | 'port'>[]): string {
  return servers.map(({ host, port }) => `${host}:${port}`).join(',');
}

/** The same for messages, with the address that a host was given: `host (address):port`. */
export function describeServers(
  servers: readonly Pick<ServerPlace, 'host' | 'address' | 'port'>[],
): string {
  const shown = servers.map(({ host, address = host, port }) => {
    return { host: address === host ? host : `${host} (${address})`, port };
  });
  return namePlaces(shown);
}
