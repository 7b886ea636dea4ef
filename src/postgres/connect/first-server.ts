/**
 * The first server of a list that fits, in the order and by the rules of libpq.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Client } from 'pg';
import { orTimeout } from '../../runtime/async.js';
import { watchAnswers } from '../answers.js';
import {
  type ConnectionSettings,
  describeConnection,
  type ServerSettings,
  type SessionAttributes,
} from '../connection-settings.js';
import { codeOf, SQLSTATE } from '../errors.js';
import { ConnectTimeout, closeConnection, connectOnce, isSocket } from './attempt.js';
import { connectFailed, type Failure, UnfitServer } from './failure.js';

/** An open session, with the server and the address that it is with. */
interface Reached {
  readonly client: Client;
  readonly settings: ServerSettings;
}

/**
 * A session with the first server that can be reached and is what `attributes` asks for. Where a
 * server answers and refuses the session (its login, its TLS) the others are not tried. Throws
 * `database-unavailable` with a reason for each, `usage` for unreadable certificate files.
 */
export async function connectToFirst(
  settings: ConnectionSettings,
  purpose: string,
): Promise<Reached> {
  const failures: Failure[] = [];
  for (const attributes of passesOf(settings.attributes)) {
    for (const server of inOrder(settings.servers, settings)) {
      const found = await tryServer({ ...settings, attributes, server }, purpose);
      if ('client' in found) return { ...found, settings: { ...found.settings, attributes } };
      failures.push({ server, error: found.error });
      if (!found.goesOn) throw connectFailed(settings, failures);
    }
  }
  throw connectFailed(settings, failures);
}

/** A standby is preferred by looking for one among all servers first. */
function passesOf(attributes: SessionAttributes): readonly SessionAttributes[] {
  return attributes === 'prefer-standby' ? ['standby', 'any'] : [attributes];
}

/** As they are, or shuffled. */
function inOrder<Item>(
  items: readonly Item[],
  { isBalanced }: Pick<ConnectionSettings, 'isBalanced'>,
): readonly Item[] {
  if (!isBalanced) return items;
  const keyed = items.map((item) => ({ item, key: randomInt(2 ** 47) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** `goesOn`: the next server is tried. */
type Unreached = { readonly error: unknown; readonly goesOn: boolean };

async function tryServer(settings: ServerSettings, purpose: string): Promise<Reached | Unreached> {
  const { server } = settings;
  let failure: unknown;
  try {
    for (const found of inOrder(await addressesOf(settings), settings)) {
      const reached = { ...settings, server: { ...server, found } };
      try {
        return { client: await connectFitting(reached, purpose), settings: reached };
      } catch (error) {
        failure = error;
        if (!isUnreachable(error)) break;
      }
    }
  } catch (error) {
    failure = error;
  }
  return { error: failure, goesOn: isUnreachable(failure) || isElsewhere(failure) };
}

/** Those of a name in the order of the system; undefined for a socket, which has none. */
async function addressesOf({
  server: { host, address, found },
  connectTimeoutMs,
}: ServerSettings): Promise<readonly (string | undefined)[]> {
  const known = found ?? address;
  if (known !== undefined) return [known];
  if (isSocket(host)) return [undefined];
  if (isIP(host) !== 0) return [host];
  const asked = lookup(host, { all: true, verbatim: true });
  const late = () => new ConnectTimeout('the host name was not resolved in time');
  const answers = await orTimeout(asked, connectTimeoutMs, late);
  return [...new Set(answers.map((answer) => answer.address))];
}

/** No connection came about: another address may be better. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof ConnectTimeout) return true;
  if (!(error instanceof Error && 'syscall' in error)) return false;
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo';
}

/** It answers, and another server may be the right one. */
function isElsewhere(error: unknown): boolean {
  return error instanceof UnfitServer || codeOf(error) === SQLSTATE.cannotConnectNow;
}

async function connectFitting(settings: ServerSettings, purpose: string): Promise<Client> {
  const client = await connectOnce(settings, purpose);
  const place = describeConnection({ ...settings, servers: [settings.server] });
  watchAnswers(client, { place, timeoutMs: settings.answerTimeoutMs });
  try {
    await requireAttributes(client, settings.attributes);
    return client;
  } catch (error) {
    await closeConnection(client);
    throw error;
  }
}

/**
 * Our sessions set `default_transaction_read_only` themselves, so a server takes writes unless it
 * is a standby.
 */
async function requireAttributes(client: Client, attributes: SessionAttributes): Promise<void> {
  if (attributes === 'any' || attributes === 'prefer-standby') return;
  const query = { text: 'SELECT pg_catalog.pg_is_in_recovery()', rowMode: 'array' } as const;
  const [[isStandby] = []] = (await client.query<[boolean]>(query)).rows;
  const wantsStandby = attributes === 'standby' || attributes === 'read-only';
  if (isStandby === wantsStandby) return;
  throw new UnfitServer(wantsStandby ? 'the server is a primary' : 'the server is a standby');
}
