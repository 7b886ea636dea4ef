import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client, escapeIdentifier } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { install } from '../../support/agents/operations-fixture.js';
import { tamper } from '../../support/agents/tamper.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { databaseUrl, etcdEndpoint, uniqueName } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const NOTHING = 'test/support/states/nothing.yaml';

/** The console of a database, on a port of its own. */
async function serveConsole(url: string, flags: readonly string[] = []) {
  const stop = new AbortController();
  const remarks: string[] = [];
  const args = ['console', NOTHING, '--db', url, '--listen', '127.0.0.1:0', ...flags];
  const ended = lenkwerk(args, {
    signal: stop.signal,
    writeRemark: (line) => remarks.push(line),
  });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const address = await waitFor(() => /(127\.0\.0\.1:\d+)/.exec(remarks.join(''))?.[1], {
    what: 'the address',
  });
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://${address}${path}`, init);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  return { address, get };
}

const markOf = (body: string) => /class="verdict \w+">(\w+)</.exec(body)?.[1];

test('the verdict follows a change of the store and its repair, and viewers are notified', async () => {
  const installation = await install();
  const { sql, target, prefix, run, database } = installation;
  const hostile = '<script>alert(1)</script>';
  await sql.query('SELECT storage.save_config($1, $2)', [hostile, JSON.stringify(hostile)]);
  await sql.query(`SELECT storage.save_config('kafka_topic', '"events"')`);
  await installation.startAgent();
  await run(['verify', NOTHING, '--wait']);
  const { get, address } = await serveConsole(database.url);
  await waitFor(async () => markOf((await get('/')).body) === 'converged', { what: 'converged' });

  const viewer = new AbortController();
  onTestFinished(() => viewer.abort());
  const events = await fetch(`http://${address}/events`, { signal: viewer.signal });
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const listening = (async () => {
    for (;;) heard += (await reader?.read())?.value ?? '';
  })().catch(() => {});
  await waitFor(() => heard.includes(': same'), { what: 'the first look' });

  const store = await connectTo([etcdEndpoint()], { prefix });
  onTestFinished(() => store.close());
  const keySpace = new KeySpace(prefix);
  await tamper({ store, keySpace }, { '/Config/kafka_topic': hostile, '/Dimension/9': '{}' });
  await waitFor(() => heard.includes('data: changed'), { what: 'the notice' });
  const { body } = await get('/');
  expect(markOf(body)).toBe('diverged');
  expect(body).toContain(`${prefix}/Dimension/9`);
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(body).not.toContain('<script>');
  const keys = await get('/keys?q=kafka');
  expect(keys.body).toContain(`<code>${prefix}/Config/kafka_topic</code> <b class="bad">altered`);
  expect(keys.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(keys.body).not.toContain('/Dimension/9');
  expect((await get('/keys?target=nowhere')).status).toBe(404);

  await run(['verify', NOTHING, '--target', target, '--repair']);
  await waitFor(async () => markOf((await get('/')).body) === 'converged', { what: 'repaired' });
  // Within a minute of the barrier there is no other one.
  await tamper({ store, keySpace }, { '/Dimension/8': '{}' });
  await waitFor(async () => markOf((await get('/')).body) === 'unconfirmed', { what: 'a remark' });
  viewer.abort();
  await listening;
});

test('serves the documents of --json, the log and what nodes acknowledge', async () => {
  const { run, database } = await install();
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-console-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const manifest = join(folder, 'cluster.yaml');
  const document = 'apiVersion: lenkwerk/v1\nkind: Cluster\nconfig:\n  retain_hrs: 48\n';
  await writeFile(manifest, document);
  expect(
    await run(['apply', manifest, '--auto-approve', '--only', 'config/retain_hrs']),
  ).toMatchObject({ exitCode: 0 });
  const { get } = await serveConsole(database.url);
  expect(JSON.parse((await get('/api/v1/status')).body)).toMatchObject({ lastApply: { id: '1' } });
  expect(JSON.parse((await get('/api/v1/verify')).body)).toMatchObject({ formatVersion: 1 });
  expect(JSON.parse((await get('/api/v1/plan')).body)).toMatchObject({ changes: [] });
  expect(JSON.parse((await get('/api/v1/nodes')).body)).toMatchObject({ list: [] });
  expect((await get('/api/v1/history')).body).toBe((await run(['history', '--json'])).stdout);
  expect((await get('/api/v1/history/1')).body).toBe(
    (await run(['history', '1', '--json'])).stdout,
  );
  expect((await get('/history')).body).toContain('<a href="/history/1">1</a>');
  expect((await get('/history/1')).body).toContain('config/retain_hrs');
  expect((await get('/history/2')).status).toBe(404);
  expect((await get('/nodes')).body).toContain('none acknowledges anything');
  expect((await get('/nowhere')).status).toBe(404);
});

test('lenkwerk_reader suffices, and cannot confirm a difference', async () => {
  const installation = await install();
  const { sql, prefix, run, database } = installation;
  await run(['init', '--roles']);
  const [name, publisher] = [uniqueName('reader'), uniqueName('agent')];
  await sql.query(`CREATE ROLE ${escapeIdentifier(name)} LOGIN IN ROLE lenkwerk_reader`);
  await sql.query(
    `CREATE ROLE ${escapeIdentifier(publisher)} LOGIN REPLICATION IN ROLE lenkwerk_agent`,
  );
  onTestFinished(async () => {
    const admin = new Client({ connectionString: databaseUrl('postgres') });
    await admin.connect();
    await admin.query(`DROP ROLE ${escapeIdentifier(name)}, ${escapeIdentifier(publisher)}`);
    await admin.end();
  });
  await sql.query(`SELECT storage.save_config('kafka_topic', '"events"')`);
  const urlOf = (login: string) => Object.assign(new URL(database.url), { username: login }).href;
  await installation.startAgent(undefined, urlOf(publisher));
  const { get } = await serveConsole(urlOf(name));
  await waitFor(async () => markOf((await get('/')).body) === 'converged', { what: 'converged' });
  const store = await connectTo([etcdEndpoint()], { prefix });
  onTestFinished(() => store.close());
  await tamper({ store, keySpace: new KeySpace(prefix) }, { '/Dimension/9': '{}' });
  await waitFor(async () => markOf((await get('/')).body) === 'unconfirmed', { what: 'a remark' });
  for (const path of ['/history', '/nodes', '/api/v1/status', '/api/v1/history']) {
    expect([path, (await get(path)).status]).toEqual([path, 200]);
  }
});

test('20 viewers cost the database what one costs', async () => {
  const { database, sql } = await install();
  const { get } = await serveConsole(database.url);
  await get('/');
  const sessions = async () => {
    await sql.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await sql.query(
      'SELECT sessions::int AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0].count);
  };
  const before = await sessions();
  const pages = await Promise.all(Array.from({ length: 20 }, () => get('/')));
  expect(new Set(pages.map(({ body }) => body)).size).toBe(1);
  // Two sessions a read: one compares with the stores, one reads the rest.
  expect((await sessions()) - before).toBeLessThanOrEqual(4);
});

test('a database that is away is a page with the reason', async () => {
  const { get } = await serveConsole('postgres://127.0.0.1:1/nowhere');
  const { status, body } = await get('/');
  expect(status).toBe(503);
  expect(body).toContain('<p class="verdict bad">not read</p>');
  expect(JSON.parse((await get('/api/v1/status')).body)).toMatchObject({
    error: { code: 'database-unavailable' },
  });
});

test('refuses another name, a missing token, and other methods; has strict headers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-console-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  const token = 'a'.repeat(32);
  await writeFile(file, `${token}\n`);
  const { get, address } = await serveConsole('postgres://127.0.0.1:1/nowhere', [
    ...['--token-file', file],
  ]);
  const [host, port] = address.split(':');
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { host: 'evil.example', authorization: `Bearer ${token}` };
    request({ host, port, path: '/console.css', headers }, async (response) => {
      await text(response);
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
  expect(rebound).toBe(421);
  expect((await get('/console.css')).status).toBe(401);
  const authorization = `Basic ${Buffer.from(`any:${token}`).toString('base64')}`;
  const given = await get('/console.css', { headers: { authorization } });
  expect([given.status, given.headers.get('x-content-type-options')]).toEqual([200, 'nosniff']);
  expect(given.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect((await get('/', { method: 'POST', headers: { authorization } })).status).toBe(405);
});

test('an address that others reach needs a token or a proxy', async () => {
  const { exitCode, stderr } = await lenkwerk(['console', '--listen', '0.0.0.0:0']);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('--token-file');
});
