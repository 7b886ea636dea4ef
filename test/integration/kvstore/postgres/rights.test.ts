/** What a login may not do at a store: its name, the rights it lacks, and the GRANT, at once. */
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { StoreForbidden } from '../../../../src/model/errors.js';
import { install } from '../../../support/agents/operations-fixture.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { errorOf } from '../../../support/error-of.js';
import { Logins } from '../../../support/logins.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { waitFor } from '../../../support/wait.js';

let logins: Logins;
const stores: KeyValueStore[] = [];
beforeEach(async () => {
  logins = await Logins.create();
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await logins.close();
});

async function connectAs(login: string): Promise<KeyValueStore> {
  const store = await connectToPostgres(logins.urlOf(login));
  stores.push(store);
  return store;
}

const commit = (key: string) => freeCommit('/guards', [[key, '1']]);

/** The refusal names the login and what it lacks; what its hint holds is executed. */
async function grantAfter(
  refused: Promise<unknown>,
  { login, lacks }: { readonly login: string; readonly lacks: string },
): Promise<void> {
  const outcome: unknown = await refused.catch((thrown: unknown) => thrown);
  const error = errorOf(() => {
    throw outcome;
  });
  expect(error).toBeInstanceOf(StoreForbidden);
  expect(error).toMatchObject({ code: 'store-rejected', retryable: false });
  expect(error.message).toContain(`: ${login} may not do this: it lacks ${lacks}`);
  await logins.asAdmin((error.hint ?? '').replace('; to publish as well: ', '; '));
}

async function createStore(): Promise<void> {
  await commitOrThrow(await connectAs('postgres'), commit('/a'));
}

test('to create the tables', async () => {
  const login = await logins.loginOf(undefined);
  const store = await connectAs(login);
  const name = new URL(logins.database.url).pathname.slice(1);
  const lacks = `CREATE on database "${name}"`;
  expect(await store.troubles?.()).toMatchObject([{ kind: 'rights', level: 'warn' }]);
  await grantAfter(store.commit(commit('/a')), { login, lacks });
  await commitOrThrow(store, commit('/a'));
  expect(await store.troubles?.()).toEqual([]);
  await logins.asAdmin(`DROP OWNED BY ${login}`);
});

test('to create tables in a schema that is there', async () => {
  await logins.asAdmin('CREATE SCHEMA lenkwerk_kv');
  const login = await logins.loginOf(undefined);
  const lacks = 'USAGE on schema lenkwerk_kv, CREATE on schema lenkwerk_kv';
  const store = await connectAs(login);
  await grantAfter(store.commit(commit('/a')), { login, lacks });
  await commitOrThrow(store, commit('/a'));
  await logins.asAdmin(`DROP OWNED BY ${login}`);
});

test('to read, and to publish after that, with one hint', async () => {
  await createStore();
  const login = await logins.loginOf(undefined);
  const lacks = 'USAGE on schema lenkwerk_kv, SELECT on lenkwerk_kv.position, SELECT on';
  await grantAfter(connectAs(login), { login, lacks });
  const store = await connectAs(login);
  expect((await store.read('/a'))?.value).toBe('1');
  await commitOrThrow(store, commit('/b'));
});

test('to write, also where the guard does not hold, and when it is taken away', async () => {
  await createStore();
  const login = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${login};
    GRANT SELECT ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${login}`);
  const store = await connectAs(login);
  const held = { key: '/guards', expected: { value: 'no', modRevision: 0n }, value: '' };
  const lost = { puts: new Map<string, string>(), deletes: new Set<string>(), guard: held };
  const refused = { login, lacks: 'INSERT on lenkwerk_kv.current, DELETE on' };
  await expect(store.commit(commit('/b'))).rejects.toBeInstanceOf(StoreForbidden);
  await grantAfter(store.commit(lost), refused);
  expect(await store.commit(lost)).toMatchObject({ kind: 'conflict' });
  await logins.asAdmin(`REVOKE INSERT ON lenkwerk_kv.log FROM ${login}`);
  await expect(store.commit(commit('/b'))).rejects.toBeInstanceOf(StoreForbidden);
  await expect(store.commit(lost)).rejects.toBeInstanceOf(StoreForbidden);
  const revoked = { login, lacks: 'INSERT on lenkwerk_kv.log' };
  await grantAfter(store.commit(commit('/b')), revoked);
  await commitOrThrow(store, commit('/b'));
});

test('to bring tables of a former version to this one', async () => {
  await createStore();
  const owner = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT CREATE ON SCHEMA lenkwerk_kv TO ${owner};
    ALTER TABLE lenkwerk_kv.position OWNER TO ${owner};
    UPDATE lenkwerk_kv.position SET version = 2`);
  const login = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${login};
    GRANT SELECT ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${login}`);
  const store = await connectAs(login);
  const lacks = `membership in ${owner}, which owns the tables`;
  await grantAfter(store.commit(commit('/b')), { login, lacks });
  await logins.asAdmin(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}`);
});

test('an agent is blocked and continues, and every command names the GRANT', async () => {
  const { database, sql, run, target } = await install();
  const login = await logins.loginOf(undefined);
  const { hostname: host, port, pathname } = new URL(logins.urlOf(login));
  const dbname = pathname.slice(1);
  const config = { host, port: Number(port), user: login, dbname };
  const stores = JSON.stringify({ [target]: { type: 'postgres', config } });
  await sql.query('SELECT storage.save_config($1, $2)', ['kvstores', stores]);
  const stop = new AbortController();
  const lines: string[] = [];
  const agent = lenkwerk(['agent', '--db', database.url, '--target', target], {
    signal: stop.signal,
    writeRemark: (text) => lines.push(text),
  });
  onTestFinished(async () => {
    stop.abort();
    await agent;
  });
  const isLogged = (text: string) => () => lines.some((line) => line.includes(text));
  await waitFor(isLogged('the store blocks the agent'), { what: 'blocked', timeoutMs: 20_000 });
  const grant = `GRANT CREATE ON DATABASE "${dbname}" TO "${login}"`;
  const printed = lines.join('').replaceAll('\\"', '"');
  expect(printed).toContain(`${login} may not do this: it lacks CREATE on database "${dbname}"`);
  expect(printed).toContain(grant);
  for (const verb of ['status', 'doctor']) {
    const { stdout } = await run([verb]);
    expect(stdout).toContain(`${login} cannot publish to it: it lacks CREATE on database`);
    expect(stdout).toContain(grant);
  }
  const manifest = 'test/support/states/nothing.yaml';
  expect((await run(['plan', manifest])).exitCode).toBe(0);
  await logins.asAdmin(grant);
  await waitFor(isLogged('the store answers again'), { what: 'an answer', timeoutMs: 20_000 });
  await waitFor(
    async () => (await run(['verify', manifest, '--target', target])).stdout.includes('converged'),
    { what: 'converged', timeoutMs: 20_000 },
  );
  const reader = await logins.loginOf(undefined);
  await sql.query('SELECT storage.save_config($1, $2)', [
    'kvstores',
    JSON.stringify({ [target]: { type: 'postgres', config: { ...config, user: reader } } }),
  ]);
  const lacks = `${reader} may not do this: it lacks USAGE on schema lenkwerk_kv`;
  const usage = `GRANT USAGE ON SCHEMA lenkwerk_kv TO "${reader}"; GRANT SELECT ON TABLE`;
  for (const args of [['get', '/Config/a'], ['watch', '/'], ['verify', manifest], ['doctor']]) {
    const named = args[0] === 'doctor' ? [] : ['--target', target];
    const { stdout, stderr } = await run([...args, ...named]);
    expect(stdout + stderr).toContain(lacks);
    expect(stdout + stderr).toContain(usage);
  }
  await logins.asAdmin(`DROP OWNED BY ${login}`);
}, 120_000);
