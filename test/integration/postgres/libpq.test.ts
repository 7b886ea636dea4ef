/** The same settings given to psql lead to the same server, user and database, or are refused. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyContext } from '../../../src/applying/context/context.js';
import { settingsOf } from '../../../src/applying/context/database.js';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { closeConnection } from '../../../src/postgres/connect/attempt.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { Volume } from '../../support/agents/volume.js';

const run = promisify(execFile);

let folder: string;
let primary: PostgresServer;
let standby: PostgresServer;
/** Refuses every session, as it only recovers. */
let recovering: PostgresServer;
/** Asks for a password. */
let locked: PostgresServer;
/** Takes connections, and sends nothing. */
let silent: Server;
let silentPort = 0;
const PASSWORD = 'p w:d';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-libpq-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'socket'));
  chmodSync(join(folder, 'socket'), 0o777);
  const settings = { unix_socket_directories: join(folder, 'socket') };
  const { env } = process;
  [primary, locked] = await Promise.all([
    startPostgres({
      ...{ env, fsync: false, settings },
      bootstrap: ['CREATE ROLE anna LOGIN', 'CREATE DATABASE other'],
    }),
    startPostgres({ env, fsync: false, password: PASSWORD }),
  ]);
  const volume = await Volume.of(primary);
  standby = (await volume.startStandby()).postgres;
  recovering = (await volume.startStandby({ hot_standby: 'off' })).postgres;
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (typeof address === 'object') silentPort = address?.port ?? 0;
  const other = `host=127.0.0.1\nport=${primary.port}\ndbname=other\n`;
  mkdirSync(join(folder, 'etc'));
  writeFileSync(
    join(folder, 'services'),
    `# comment\n\n[primary]\n${other}user=anna\n[other]\nport=1\n[primary]\nport=2\n` +
      `[twice]\nport=${standby.port}\nport=1\nhost=127.0.0.1\n[list]\nhost=127.0.0.1,127.0.0.1\n` +
      `port=1,${primary.port}\n[spaces]\nport = 5\n[nested]\nservice=primary\n[unknown]\nx=1\n` +
      `[password]\nhost=127.0.0.1\nport=${locked.port}\npassword=${PASSWORD}\n[empty]\n`,
  );
  writeFileSync(join(folder, 'etc', 'pg_service.conf'), `[system]\n${other}`);
  writeFileSync(join(folder, '.pg_service.conf'), `[own]\n${other}`);
  const line = PASSWORD.replaceAll(':', '\\:');
  const password = (name: string, host: string) =>
    writeFileSync(join(folder, name), `${host}:*:*:postgres:${line}\n`, { mode: 0o600 });
  password('by-name', 'localhost');
  password('by-address', '127.0.0.1');
  password('any', '*');
  password('wrong', 'elsewhere');
}, 60_000);

afterAll(async () => {
  silent.close();
  const servers = [primary, standby, recovering, locked];
  await Promise.all(servers.map((server) => server?.stop()));
  rmSync(folder, { recursive: true });
});

interface Sources {
  readonly env: Readonly<Record<string, string>>;
  /** An argument of psql, a URL of ours. */
  readonly url: string | undefined;
}

const LOOK = `SELECT pg_catalog.current_setting('port'), session_user::text,
  pg_catalog.current_database()::text, pg_catalog.pg_is_in_recovery()::text`;

const REFUSED = 'refused';

async function byPsql({ env, url }: Sources): Promise<string> {
  const args = ['-XAtw', '-F', ' ', '-c', LOOK, ...(url === undefined ? [] : [url])];
  const { PATH = '' } = process.env;
  const asked = run('psql', args, { env: { PATH, ...env } });
  return await asked.then(({ stdout }) => stdout.trim()).catch(() => REFUSED);
}

async function byUs({ env, url }: Sources): Promise<string> {
  try {
    const context = applyContext({ environment: env, connection: { url } });
    const client = await openConnection(settingsOf(context), 'test');
    const { rows } = await client.query<string[]>({ text: LOOK, rowMode: 'array' });
    await closeConnection(client);
    return rows.flat().join(' ');
  } catch (error) {
    if (error instanceof LenkwerkError) return REFUSED;
    throw error;
  }
}

const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
);

/** `$P`, `$S`, `$L`, `$R`, `$H`: ports of the servers; `$F`: the folder. */
function filled(text: string): string {
  return text
    .replaceAll('$P', String(primary.port))
    .replaceAll('$S', String(standby.port))
    .replaceAll('$L', String(locked.port))
    .replaceAll('$R', String(recovering.port))
    .replaceAll('$H', String(silentPort))
    .replaceAll('$F', folder);
}

const DEFAULTS = { PGUSER: 'postgres', PGDATABASE: 'postgres' };
const HOME4 = '127.0.0.1';
const TWO = `${HOME4},${HOME4}`;

type Row = readonly [Readonly<Record<string, string>> | string, string];

/** Variables or a URL, and where they lead: the port and more, or nowhere. */
const LEADING: readonly Row[] = [
  [{ PGHOST: HOME4, PGPORT: '$P' }, '$P'],
  [{ PGHOST: 'localhost', PGPORT: '$P' }, '$P'],
  [{ PGHOST: TWO, PGPORT: '$S,$P', PGTARGETSESSIONATTRS: 'any' }, '$S'],
  [{ PGHOST: TWO, PGPORT: '$S,$P', PGTARGETSESSIONATTRS: 'read-write' }, '$P'],
  [{ PGHOST: TWO, PGPORT: '$S,$P', PGTARGETSESSIONATTRS: 'primary' }, '$P'],
  [{ PGHOST: TWO, PGPORT: '$P,$S', PGTARGETSESSIONATTRS: 'standby' }, '$S'],
  [{ PGHOST: TWO, PGPORT: '$P,$S', PGTARGETSESSIONATTRS: 'read-only' }, '$S'],
  [{ PGHOST: TWO, PGPORT: '$P,$S', PGTARGETSESSIONATTRS: 'prefer-standby' }, '$S'],
  [{ PGHOST: TWO, PGPORT: '1,$P', PGTARGETSESSIONATTRS: 'prefer-standby' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$S', PGTARGETSESSIONATTRS: 'read-write' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$P', PGTARGETSESSIONATTRS: 'standby' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$P', PGTARGETSESSIONATTRS: 'master' }, REFUSED],
  [{ PGHOST: TWO, PGPORT: '1,$P' }, '$P'],
  [{ PGHOST: TWO, PGPORT: '$H,$P', PGCONNECT_TIMEOUT: '2' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$H', PGCONNECT_TIMEOUT: '2' }, REFUSED],
  [{ PGHOST: TWO, PGPORT: '$R,$P' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$R' }, REFUSED],
  [{ PGHOST: TWO, PGPORT: '1' }, REFUSED],
  [{ PGHOST: TWO, PGPORT: '$P' }, '$P'],
  [{ PGHOST: TWO, PGPORT: '$P,$P,$P' }, REFUSED],
  [{ PGHOST: 'no-such-host.invalid,127.0.0.1', PGPORT: '$P' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: 'x' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '70000' }, REFUSED],
  [{ PGHOSTADDR: HOME4, PGPORT: '$P' }, '$P'],
  [{ PGHOSTADDR: HOME4, PGHOST: 'no-such-host.invalid', PGPORT: '$P' }, '$P'],
  [{ PGHOSTADDR: HOME4, PGHOST: 'a,b', PGPORT: '$P' }, REFUSED],
  [{ PGHOSTADDR: `,${HOME4}`, PGHOST: 'no-such-host.invalid,b', PGPORT: '$P' }, '$P'],
  [{ PGHOSTADDR: 'localhost', PGPORT: '$P' }, REFUSED],
  [{ PGHOST: '$F/socket', PGPORT: '$P' }, '$P'],
  [{ PGHOST: '$F/no-such,127.0.0.1', PGPORT: '$P' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGDATABASE: 'absent' }, REFUSED],
  [{ PGHOST: TWO, PGPORT: '$P', PGDATABASE: 'other' }, '$P postgres other'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGUSER: 'anna' }, '$P anna'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGSSLMODE: 'require' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$P', PGSSLMODE: 'allow' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGSSLMODE: 'perhaps' }, REFUSED],
  [{ PGHOST: TWO, PGPORT: '$P,$L', PGSSLMODE: 'require' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$P', PGCONNECT_TIMEOUT: 'soon' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$P', PGCONNECT_TIMEOUT: '-1' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGOPTIONS: '-c work_mem=1MB' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGOPTIONS: '-c no_such.thing=' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGGSSENCMODE: 'disable' }, '$P'],
  [{ PGHOST: HOME4, PGPORT: '$P', PGTZ: 'UTC', PGDATESTYLE: 'German' }, '$P'],
  ['postgres://127.0.0.1:$P', '$P'],
  ['postgresql://anna@127.0.0.1:$P/other', '$P anna other'],
  ['postgres://127.0.0.1:1,127.0.0.1:$P/', '$P'],
  ['postgres://127.0.0.1,127.0.0.1:1/?port=$P', '$P'],
  ['postgres://[::1]:1,127.0.0.1:$P/other', '$P postgres other'],
  ['postgres://[::1:$P/other', REFUSED],
  ['postgres://[]:$P/other', REFUSED],
  ['postgres://%24F%2Fsocket:$P/', REFUSED],
  ['postgres://$E%2Fsocket:$P/other', '$P postgres other'],
  ['postgres:///other?host=$F/socket&port=$P', '$P postgres other'],
  ['postgres:///?host=127.0.0.1,127.0.0.1&port=$S,$P&target_session_attrs=read-write', '$P'],
  ['postgres://127.0.0.1:$P/?hostaddr=127.0.0.1&host=no-such-host.invalid', '$P'],
  ['postgres://127.0.0.1:$P/other?user=anna&dbname=postgres', '$P anna postgres'],
  ['postgres://127.0.0.1:$P/?no_such=1', REFUSED],
  ['postgres://127.0.0.1:$P/?host', REFUSED],
  ['postgres://127.0.0.1:$P/?host=a=b', REFUSED],
  ['postgres://127.0.0.1:$P/%zz', REFUSED],
  ['postgres://127.0.0.1:$P/?ssl=true', REFUSED],
  ['postgres://127.0.0.1:$P/?application_name=x&keepalives=0&client_encoding=UTF8', '$P'],
  ['postgres://127.0.0.1:$P/?service=none', REFUSED],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'primary' }, '$P anna other'],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'primary', PGPORT: '1' }, '$P anna other'],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'twice' }, '$S'],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'list' }, '$P'],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'spaces', PGHOST: HOME4 }, REFUSED],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'nested' }, REFUSED],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'unknown' }, REFUSED],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'password' }, '$L'],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'empty', PGHOST: HOME4, PGPORT: '$P' }, '$P'],
  [{ PGSERVICEFILE: '$F/absent', PGSERVICE: 'primary', PGSYSCONFDIR: '$F/etc' }, REFUSED],
  [{ PGSERVICEFILE: '$F/services', PGSERVICE: 'system', PGSYSCONFDIR: '$F/etc' }, '$P'],
  [{ HOME: '$F', PGSERVICE: 'own', PGPORT: '1' }, '$P postgres other'],
  [{ HOME: '$F', PGSERVICE: 'system', PGSYSCONFDIR: '$F/etc' }, '$P postgres other'],
  [{ PGHOST: HOME4, PGPORT: '$L' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$L', PGPASSWORD: PASSWORD }, '$L'],
  [{ PGHOST: TWO, PGPORT: '$L,$P', PGPASSWORD: 'wrong' }, REFUSED],
  [{ PGHOST: HOME4, PGPORT: '$L', PGPASSFILE: '$F/any' }, '$L'],
  [{ PGHOST: HOME4, PGPORT: '$L', PGPASSFILE: '$F/by-address' }, '$L'],
  [{ PGHOST: HOME4, PGPORT: '$L', PGPASSFILE: '$F/by-name' }, REFUSED],
  [{ PGHOST: 'localhost', PGPORT: '$L', PGPASSFILE: '$F/by-name' }, '$L'],
  [{ PGHOSTADDR: HOME4, PGPORT: '$L', PGPASSFILE: '$F/by-address' }, '$L'],
  [{ PGHOSTADDR: HOME4, PGHOST: 'elsewhere', PGPORT: '$L', PGPASSFILE: '$F/by-address' }, REFUSED],
  [{ PGHOSTADDR: HOME4, PGHOST: 'elsewhere', PGPORT: '$L', PGPASSFILE: '$F/wrong' }, '$L'],
  [{ PGHOST: 'no.invalid,localhost', PGPORT: '$L', PGPASSFILE: '$F/by-name' }, '$L'],
];

describe.skipIf(!hasPsql)('as psql does (skipped where there is no psql)', () => {
  test('the table is long enough to show it', () => {
    expect(LEADING.filter(([, place]) => place !== REFUSED).length).toBeGreaterThan(40);
    expect(LEADING.filter(([, place]) => place === REFUSED).length).toBeGreaterThan(25);
  });

  test.each(LEADING)('%j: %s', async (given, place) => {
    const escaped = encodeURIComponent(folder);
    const url = typeof given === 'string' ? filled(given) : undefined;
    const variables = typeof given === 'string' ? {} : given;
    const env = Object.entries(variables).map(([name, text]) => [name, filled(text)]);
    const sources = {
      env: { HOME: join(folder, 'etc'), ...DEFAULTS, ...Object.fromEntries(env) },
      url: url?.replaceAll('$E', escaped),
    };
    const psql = await byPsql(sources);
    expect(psql.startsWith(filled(place)) ? place : psql).toBe(place);
    expect(await byUs(sources)).toBe(psql);
  });
});
