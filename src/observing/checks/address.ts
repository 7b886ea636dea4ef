/** Checks that a database is where agents published it from: a copy of it is elsewhere. */
import type { Client } from 'pg';
import { toLenkwerkError } from '../../postgres/errors.js';
import { type Finding, ok, warn } from '../finding.js';
import type { SeenTarget } from '../seen-target.js';

type Row = [slot: string, seen: string | null, host: string | null, port: number | null];

const ADDRESSES = `
  SELECT slot::text, seen_address, pg_catalog.host(pg_catalog.inet_server_addr()),
         pg_catalog.inet_server_port()
    FROM lenkwerk.agent_slot`;

const LOOPBACK = /^(127\.|::1$)/;

/**
 * A finding for each target whose last agent and this session name the server by an address.
 * Throws database failures as LenkwerkError.
 */
export async function checkAddress(
  client: Client,
  targets: readonly SeenTarget[],
): Promise<readonly Finding[]> {
  const rows = await readAddresses(client);
  return targets.flatMap(({ target, slotName, slot }) => {
    const row = rows.find(([name]) => name === slotName);
    if (row === undefined) return [];
    return judgeAddress(`target.${target.name}.address`, row, slot?.active === true);
  });
}

async function readAddresses(client: Client): Promise<readonly Row[]> {
  try {
    const { rows } = await client.query<Row>({ text: ADDRESSES, rowMode: 'array' });
    return rows;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** `isRead`: by an agent, which has noted its own way to this very database. */
function judgeAddress(check: string, [, seen, host, port]: Row, isRead: boolean): Finding[] {
  // Over a Unix socket there is no address.
  if (!seen || host === null) return [];
  const here = `${host}:${port}`;
  if (seen === here || isRead) return [ok(check, `the agent reaches the database at ${seen}`)];
  const [seenHost = '', seenPort = ''] = splitPort(seen);
  const isSamePort = seenPort === String(port);
  // One of the two came from the server's own host.
  if (isSamePort && LOOPBACK.test(seenHost) !== LOOPBACK.test(host)) return [];
  const message = `the last agent published from ${seen}, and this database is at ${here}`;
  const fix = 'is it a copy, run `lenkwerk init --new-identity`; was it moved, start the agent';
  return [warn(check, message, fix)];
}

/** Host and port, of which the host may hold colons. */
function splitPort(address: string): readonly string[] {
  const at = address.lastIndexOf(':');
  return [address.slice(0, at), address.slice(at + 1)];
}
