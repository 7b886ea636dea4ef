import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendApplyLog } from '../../../src/database/apply-log.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

const apply = (sections: string) =>
  work.run(['apply', work.manifest(sections), '--auto-approve'], { environment: { USER: 'ada' } });

test('history lists and shows what was applied, and revert goes back', async () => {
  expect((await work.run(['history'])).stdout).toBe('Nothing was applied yet.\n');
  await apply('config: { topic: first }\n');
  await apply('config: { topic: second, more: 1 }\n');
  const listed = await work.run(['history', '--limit', '1']);
  expect(listed.stdout).toMatch(/^ID .*\n2 .* ada .*\n\nThe log is whole/);
  const shown = await work.run(['history', '2']);
  expect(shown.stdout).toMatch(/Apply 2 [\s\S]* config\/topic will be updated[\s\S]*"second"/);
  const json = JSON.parse((await work.run(['history', '1', '--json'])).stdout);
  expect(json).toMatchObject({ entry: { id: '1', author: 'ada' }, chain: { whole: true } });
  expect(json.entry.plan.changes).toHaveLength(1);

  const refused = await work.run(['revert', '1', '--auto-approve']);
  expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('delete:config') });
  expect((await work.run(['revert', '1'])).exitCode).toBe(3);
  const flags = ['--allow', 'delete:config', '--auto-approve'];
  expect(await work.run(['revert', '1', ...flags])).toMatchObject({ exitCode: 0 });
  expect(await work.query('SELECT key, value::text FROM storage.config')).toEqual([
    ['topic', '"first"'],
  ]);
  expect((await work.run(['revert', '77', '--auto-approve'])).exitCode).toBe(3);
});

test('entries of earlier versions, indented and with the desired state, count as they are', async () => {
  const planned = await work.run(['plan', work.manifest('config: { topic: first }\n'), '--json']);
  const { desired } = JSON.parse(planned.stdout);
  const client = await openConnection(connectionSettings({ url: work.url }, {}), 'test');
  const earlier = { author: 'ada', gitCommit: null, ci: null, plan: planned.stdout, desired };
  await appendApplyLog(client, { ...earlier, uuid: randomUUID() });
  await client.end();
  await apply('config: { topic: first }\n');

  const texts = await Promise.all(['1', '2'].map((id) => work.run(['history', id])));
  const [first, second] = texts.map(({ stdout }) => stdout.slice(stdout.indexOf('\n\n')));
  expect(first).toMatch(/config\/topic will be created[\s\S]*The log is whole/);
  expect(second).toBe(first);
  const documents = await Promise.all(['1', '2'].map((id) => work.run(['history', id, '--json'])));
  const plans = documents.map(({ stdout }) => JSON.parse(stdout).entry.plan);
  expect(plans).toEqual([JSON.parse(planned.stdout), JSON.parse(planned.stdout)]);
  expect(await work.run(['revert', '1', '--auto-approve'])).toMatchObject({ exitCode: 0 });
});

test('history reports that the log was altered', async () => {
  await apply('config: { topic: first }\n');
  await work.query(`
    ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER USER;
    UPDATE lenkwerk.apply_log SET author = 'another author'`);
  const { exitCode, stdout } = await work.run(['history']);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('THE LOG IS BROKEN: entry 1 was altered');
});

test('an export plans nothing, of a database that other tools filled too', async () => {
  await work.query(`
    INSERT INTO storage.config (key, value)
    VALUES ('production', '"1"'), ('retain_hrs', '"48"'), ('big', '12345678901234567890.10');
    INSERT INTO storage.postgres_instance (host, port, username, status)
    VALUES ('h1', 5432, 'u', 3), ('h2', 5433, 'u', 0);
    INSERT INTO storage.dimension (ordinality, fieldname) VALUES (3, 'a/b'), (7, '/c');
    INSERT INTO storage.index (indexname, access_method) VALUES ('i', 'gin'), ('empty', 'btree');
    INSERT INTO storage.index_field (index_id, ordinality, expression) VALUES (1, 4, 'data->''x''')`);
  await work.query("DELETE FROM storage.index WHERE indexname = 'empty'");
  const exported = await work.run(['export', '--out', work.path('cluster.yaml')]);
  expect(exported).toMatchObject({ exitCode: 0, stderr: '' });
  const planned = await work.run(['plan', work.path('cluster.yaml'), '--detailed-exitcode']);
  expect(planned).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^No changes/) });
});

test('recorded values that a manifest cannot hold are named', async () => {
  await work.query(`
    INSERT INTO storage.config (key, value)
    VALUES ('nothing', ' null'), ('fine', '{"inside": null}'), ('text', '"null"')`);
  const { exitCode, stdout, stderr } = await work.run(['export']);
  expect([exitCode, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/cannot save: config\/nothing\n/);
  // Storage nodes would fail in the same way.
  const record = '{"id": 1, "key": "nothing", "value": null}';
  await expect(
    work.query(`SELECT storage.inbound_from_kvstore('storage.config', '${record}')`),
  ).rejects.toMatchObject({ code: '23502' });
  await work.query("DELETE FROM storage.config WHERE key = 'nothing'");
  expect(await work.run(['export'])).toMatchObject({ exitCode: 0 });
});
