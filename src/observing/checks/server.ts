/** Checks of the server: its version, and the configuration that logical replication needs. */
import type { Client } from 'pg';
import { agentRightsHint, grantHint, readRights } from '../../database/rights.js';
import { APPLY, type Group, READER, VERIFY } from '../../database/setup/grants.js';
import { NEWEST_MAJOR, OLDEST_MAJOR } from '../../model/installation.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import type { ServerFacts } from '../../postgres/server.js';
import { type Finding, fail, ok, warn } from '../finding.js';

const MAX_CLOCK_SKEW_MS = 30_000;
const UNLIMITED = '-1';

/** `ourClock`: the time of this process, compared with the server's. */
export function checkServer(facts: ServerFacts, ourClock: Date): readonly Finding[] {
  return [
    checkVersion(facts),
    facts.standby
      ? fail('server.primary', 'the server is a standby', 'connect to the primary')
      : ok('server.primary', 'the server is a primary'),
    checkWalLevel(facts),
    checkKeepSize(facts),
    checkDurability(facts),
    checkClock(facts.now, ourClock),
  ];
}

function checkVersion({ version, versionNumber }: ServerFacts): Finding {
  const check = 'server.version';
  const major = Math.floor(versionNumber / 10_000);
  if (major < OLDEST_MAJOR) {
    return fail(
      check,
      `PostgreSQL ${version} is too old`,
      `use ${OLDEST_MAJOR} to ${NEWEST_MAJOR}`,
    );
  }
  if (major > NEWEST_MAJOR) {
    const message = `PostgreSQL ${version} is newer than what was tested`;
    return warn(check, message, 'is there a newer lenkwerk?');
  }
  return ok(check, `PostgreSQL ${version}`);
}

function checkWalLevel({ settings }: ServerFacts): Finding {
  const check = 'server.wal_level';
  const level = settings.get('wal_level') ?? 'unknown';
  if (level === 'logical') return ok(check, 'wal_level is logical');
  const fix = "ALTER SYSTEM SET wal_level = 'logical', then restart the server";
  return fail(check, `wal_level is ${level}: the agent cannot read changes`, fix);
}

function checkKeepSize({ settings }: ServerFacts): Finding {
  const check = 'server.max_slot_wal_keep_size';
  const size = settings.get('max_slot_wal_keep_size') ?? UNLIMITED;
  if (size !== UNLIMITED) return ok(check, `slots keep at most ${size} of WAL`);
  const message = 'a slot without a reader keeps WAL until the disk is full';
  const fix = "ALTER SYSTEM SET max_slot_wal_keep_size = '10GB', then reload: a lost slot resyncs";
  return warn(check, message, fix);
}

function checkDurability({ settings }: ServerFacts): Finding {
  const check = 'server.synchronous_commit';
  const value = settings.get('synchronous_commit') ?? 'unknown';
  if (value !== 'off') return ok(check, `synchronous_commit is ${value}`);
  const message = 'synchronous_commit is off: a crash may lose what other tools have committed';
  return warn(check, message, 'ALTER SYSTEM SET synchronous_commit = on, then reload');
}

function checkClock(theirs: Date, ours: Date): Finding {
  const check = 'server.clock';
  const skewMs = Math.abs(theirs.getTime() - ours.getTime());
  const seconds = (skewMs / 1000).toFixed(1);
  if (skewMs <= MAX_CLOCK_SKEW_MS) return ok(check, `the clocks agree within ${seconds} s`);
  const message = `the server's clock and this one are ${seconds} s apart`;
  return warn(check, message, 'hour boundaries follow the server: check NTP there');
}

/** Checks that `slots` more slots, and a sender for each target, are available. */
export async function checkCapacity(
  client: Client,
  facts: ServerFacts,
  needed: { readonly slots: number; readonly senders: number },
): Promise<readonly Finding[]> {
  const used = await readUsed(client);
  const limit = (name: string) => Number(facts.settings.get(name) ?? 0);
  return [
    checkLeft('max_replication_slots', {
      left: limit('max_replication_slots') - used.slots,
      needed: needed.slots,
    }),
    checkLeft('max_wal_senders', {
      left: limit('max_wal_senders') - used.senders,
      needed: needed.senders,
    }),
  ];
}

function checkLeft(
  name: string,
  { left, needed }: { readonly left: number; readonly needed: number },
): Finding {
  const check = `server.${name}`;
  const message = `${left} left of ${name}, ${needed} needed`;
  if (left >= needed) return ok(check, message);
  return fail(check, message, `raise ${name}, then restart the server; or drop what is unused`);
}

async function readUsed(client: Client) {
  try {
    const { rows } = await client.query<[number, number]>({
      text: `SELECT (SELECT count(*) FROM pg_catalog.pg_replication_slots)::int,
                    (SELECT count(*) FROM pg_catalog.pg_stat_replication)::int`,
      rowMode: 'array',
    });
    const [slots = 0, senders = 0] = rows[0] ?? [];
    return { slots, senders };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

// The privileges of the session's role. Not every role needs all of them: these are warnings.

/** Throws database failures as LenkwerkError. */
export async function checkRole(client: Client): Promise<readonly Finding[]> {
  const rights = await readRights(client);
  const { user, reads, writes, barrier, agentLacks } = rights;
  const shouldIt = (group: Group) => `if it should: ${grantHint(rights, group)}`;
  return [
    reads
      ? ok('role.plan', `${user} may read the tables: plan, get, status`)
      : fail('role.plan', `${user} may not read the tables`, grantHint(rights, READER)),
    writes
      ? ok('role.apply', `${user} may write the tables: apply`)
      : warn('role.apply', `${user} may not write the tables: no apply`, shouldIt(APPLY)),
    agentLacks.length === 0
      ? ok('role.agent', `${user} may publish: agent`)
      : warn(
          'role.agent',
          `${user} cannot run an agent, not even one that stands by: it lacks ${agentLacks.join(', ')}`,
          `if it should: ${agentRightsHint(rights)}`,
        ),
    barrier
      ? ok('role.verify', `${user} may emit barriers: verify`)
      : warn(
          'role.verify',
          `${user} may not emit barriers: verify cannot confirm what differs`,
          shouldIt(VERIFY),
        ),
  ];
}
