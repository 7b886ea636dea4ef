import { afterEach, beforeEach, expect, test } from 'vitest';
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
  expect(listed.stdout).toMatch(
    /^ID .* CHANGES +COMMIT\n2 .* ada .* \+1 ~1 .*\n\nEvery entry carries the digest of the one before\./,
  );
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
  expect((await work.run(['history', '--limit', '1'])).stdout).toMatch(/\n3 .*revert of 1\n/);
  expect((await work.run(['history', '3'])).stdout).toContain('\nRevert of apply 1.\n');
  expect(await work.query('SELECT key, value::text FROM storage.config')).toEqual([
    ['topic', '"first"'],
  ]);
  expect((await work.run(['revert', '77', '--auto-approve'])).exitCode).toBe(3);
});

test('history reports that the log was altered', async () => {
  await apply('config: { topic: first }\n');
  await work.query(`
    ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER USER;
    UPDATE lenkwerk.apply_log SET author = 'another author'`);
  const { exitCode, stdout } = await work.run(['history']);
  expect(exitCode).toBe(8);
  expect(stdout).toContain('THE LOG IS BROKEN: entry 1 was altered');
});

test('revert goes back to no entry that was altered, or that follows one', async () => {
  for (const topic of ['first', 'second', 'third']) await apply(`config: { topic: ${topic} }\n`);
  await work.query(`
    ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER USER;
    UPDATE lenkwerk.apply_log SET desired = replace(desired, 'second', 'forged') WHERE id = 2`);
  const revert = (id: number) => work.run(['revert', `${id}`, '--auto-approve']);
  for (const id of [2, 3]) {
    const { exitCode, stderr } = await revert(id);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('the log of applies is broken at apply 2');
  }
  expect((await revert(1)).exitCode).toBe(0);
  expect(await work.query('SELECT value::text FROM storage.config')).toEqual([['"first"']]);
});

test('the id and digest that an apply prints show a log whose end was removed or replaced', async () => {
  const applied = await apply('config: { topic: first }\n');
  const [, digest = ''] = /apply 1, digest ([0-9a-f]{64}), committed/.exec(applied.stdout) ?? [];
  const expecting = (id: number) => work.run(['history', '--expect', `${id}:${digest}`]);
  expect(await expecting(1)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('The log holds apply 1 as expected'),
  });
  expect((await expecting(2)).exitCode).toBe(8);
  expect((await work.run(['history', '--expect', `1:${digest.slice(1)}`])).exitCode).toBe(3);
  await work.query(`
    ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER USER;
    DELETE FROM lenkwerk.apply_log`);
  expect(await expecting(1)).toMatchObject({
    exitCode: 8,
    stdout: expect.stringContaining('entry 1 is missing, or not the expected one'),
  });
  await apply('config: { topic: second }\n');
  expect((await work.run(['history'])).exitCode).toBe(0);
  const replaced = await work.run(['history', '1', '--json', '--expect', `1:${digest}`]);
  expect(replaced.exitCode).toBe(8);
  expect(JSON.parse(replaced.stdout).chain).toEqual({
    whole: false,
    brokenAt: '1',
    problem: 'not-as-expected',
    expected: `1:${digest}`,
  });
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
  const { exitCode, stdout } = await work.run(['export']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\nunmanaged:\n {2}- "?config\/nothing"?\n/);
  // Storage nodes would fail in the same way.
  const record = '{"id": 1, "key": "nothing", "value": null}';
  await expect(
    work.query(`SELECT storage.inbound_from_kvstore('storage.config', '${record}')`),
  ).rejects.toMatchObject({ code: '23502' });
});
