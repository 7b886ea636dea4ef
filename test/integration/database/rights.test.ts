/** Before an agent stands by, its role is asked whether it could ever take over. */
import { escapeIdentifier } from 'pg';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { uniqueName } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

let installation: Installation;
let active: string;
beforeEach(async () => {
  installation = await install();
  await installation.run(['init', '--roles']);
  // A superuser is none where others own the tables.
  active = await loginOf('lenkwerk_agent', 'REPLICATION');
  await installation.startAgent(undefined, urlOf(active));
});

/** A login with this attribute that is a member of the group; goes with the test. */
async function loginOf(group: string, attribute: string): Promise<string> {
  const name = uniqueName('login');
  const role = escapeIdentifier(name);
  await installation.sql.query(`CREATE ROLE ${role} LOGIN ${attribute} IN ROLE ${group}`);
  onTestFinished(async () => {
    await installation.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  return name;
}

function urlOf(login: string): string {
  const url = new URL(installation.database.url);
  url.username = login;
  return url.href;
}

const REPLICATION = 'it lacks REPLICATION';
test.each([
  ['lenkwerk_agent', '', REPLICATION, 'ALTER ROLE'],
  ['lenkwerk_owner', '', REPLICATION, 'ALTER ROLE'],
  ['lenkwerk_reader', 'REPLICATION', 'it lacks EXECUTE on lenkwerk.', 'GRANT'],
])('a member of %s with "%s" does not stand by: %s', async (...given) => {
  const [group, attribute, lacks, help] = given;
  const login = await loginOf(group, attribute);
  const at = ['--db', urlOf(login)];
  const { exitCode, stderr } = await lenkwerk(['agent', ...at]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(lacks);
  expect(stderr).toContain(help);
  const doctor = await lenkwerk(['doctor', ...at]);
  expect(doctor.stdout).toMatch(new RegExp(`role\\.agent: .*${lacks}`));
});

test('a right that is taken while an agent stands by ends it', async () => {
  const login = await loginOf('lenkwerk_agent', 'REPLICATION');
  const remarks: string[] = [];
  const standby = lenkwerk(['agent', '--db', urlOf(login)], {
    writeRemark: (text) => remarks.push(text),
  });
  await waitFor(() => remarks.join('').includes('"standby"'), { what: 'an agent on standby' });
  await installation.sql.query(`REVOKE lenkwerk_agent FROM ${escapeIdentifier(login)}`);
  expect((await standby).exitCode).toBe(1);
  expect(remarks.join('')).toContain('it lacks USAGE on schema');
});

test('rights that were given column by column suffice', async () => {
  const login = await loginOf('lenkwerk_agent', 'REPLICATION');
  const role = escapeIdentifier(login);
  await installation.sql.query(`GRANT SELECT ON storage.servermap TO ${escapeIdentifier(active)};
    REVOKE SELECT ON storage.servermap FROM lenkwerk_agent;
    GRANT SELECT (id) ON storage.servermap TO ${role}`);
  const partly = await lenkwerk(['agent', '--db', urlOf(login)]);
  expect(partly.stderr).toContain('it lacks SELECT on storage.servermap');
  await installation.sql.query(`GRANT SELECT (server_map) ON storage.servermap TO ${role}`);
  const remarks: string[] = [];
  const stop = new AbortController();
  const standby = lenkwerk(['agent', '--db', urlOf(login)], {
    writeRemark: (text) => remarks.push(text),
    signal: stop.signal,
  });
  await waitFor(() => remarks.join('').includes('"standby"'), { what: 'an agent on standby' });
  stop.abort();
  expect((await standby).exitCode).toBe(0);
});
