/** `lenkwerk copies`, over generations of the servermap that are older than the current one. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Logins } from '../../../support/logins.js';
import { type Workplace, workplace } from '../../../support/servers/command-cluster.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

const HOSTS = ['a', 'b', 'c', 'd'];

/** A ring of these instances, which are online. */
async function ring(hosts: readonly string[]): Promise<void> {
  const rows = hosts.map((host) => `  - { host: ${host}, username: u, status: online }\n`);
  const file = work.manifest(`instances:\n${rows.join('')}servermap: { algorithm: ring }\n`);
  expect(await work.run(['apply', file, '--auto-approve'])).toMatchObject({ exitCode: 0 });
}

test('every generation that may hold data is shown, and what nothing could read any more', async () => {
  await ring(['a', 'b', 'c']);
  await ring(HOSTS);
  const { exitCode, stdout } = await work.run(['copies']);
  expect(exitCode).toBe(0);
  expect(stdout.replace(/by [-\d]{10} [\d:]{8} UTC/, 'by TIME')).toBe(
    [
      'generation 2: current',
      'generation 1: replaced by TIME at the latest, so its data may be there still',
      '',
      'ENTRY   GENERATIONS  COPIES',
      'a_5432  1, 2         a:5432 (online), b:5432 (online)',
      'b_5432  1, 2         b:5432 (online), c:5432 (online)',
      'c_5432  1            c:5432 (online), a:5432 (online)',
      'c_5432  2            c:5432 (online), d:5432 (online)',
      'd_5432  2            d:5432 (online), a:5432 (online)',
      '',
      'Every entry has a readable copy.',
      '',
    ].join('\n'),
  );
  const without = await work.run(['copies', '--without', 'a', '--without', 'c:5432']);
  expect(without.exitCode).toBe(2);
  expect(without.stdout).toContain('c:5432 (left out), a:5432 (left out)\n');
  expect(without.stdout).toMatch(
    /\nWithout a:5432, c:5432 there is NO READABLE COPY of 1 of 5 entries: c_5432\n$/,
  );
  expect(await work.run(['copies', '--without', 'a', '--without', 'd'])).toMatchObject({
    exitCode: 2,
  });
  expect(await work.run(['copies', '--without', 'b', '--without', 'd'])).toMatchObject({
    exitCode: 0,
  });
});

test('what is offline is out of reach without any more instances left out', async () => {
  await ring(HOSTS);
  await work.query("UPDATE storage.postgres_instance SET status = 2 WHERE host IN ('a', 'b')");
  const { exitCode, stdout } = await work.run(['copies']);
  expect(exitCode).toBe(2);
  expect(stdout).toContain('a:5432 (write-only), b:5432 (write-only)\n');
  expect(stdout).toMatch(/\nThere is NO READABLE COPY of 1 of 4 entries: a_5432\n$/);
});

test('when a generation was replaced is not always known, and it counts then', async () => {
  for (const host of ['gone', 'a']) {
    const map = { version: 1, [host]: { copies: [{ host, port: 1 }] } };
    await work.query(`SELECT storage.save_servermap('${JSON.stringify(map)}')`);
  }
  await work.query("SELECT storage.register_pg_instance('a', 1, 'u')");
  await work.query('SELECT storage.set_pg_instance_status(1, 1)');
  const { exitCode, stdout } = await work.run(['copies']);
  expect(exitCode).toBe(2);
  expect(stdout).toContain('\ngeneration 1: replaced at a time that is not known, so its data');
  expect(stdout).toContain('gone:1 (not registered)');
  expect(stdout).toMatch(/ 1 of 2 entries: gone\n$/);
});

test('the JSON fits its schema', async () => {
  const schema = JSON.parse(readFileSync('schema/copies.schema.json', 'utf8'));
  expect((await work.run(['schema', 'copies'])).stdout).toBe(
    readFileSync('schema/copies.schema.json', 'utf8'),
  );
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  const json = async (...flags: readonly string[]) => {
    const { stdout, exitCode } = await work.run(['copies', '--json', ...flags]);
    const report = JSON.parse(stdout);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    return { exitCode, report };
  };
  expect(await json()).toMatchObject({ exitCode: 0, report: { reachable: true, entries: [] } });
  await ring(['a', 'b', 'c']);
  await ring(HOSTS);
  await work.query("DELETE FROM storage.postgres_instance WHERE host = 'd'");
  const { exitCode, report } = await json('--without', 'a');
  expect(exitCode).toBe(2);
  expect(report).toMatchObject({ reachable: false, without: ['a:5432'] });
  expect(report.generations).toMatchObject([
    { id: 2, current: true, replacedBy: null },
    { id: 1, current: false },
  ]);
  expect(report.entries.at(-1)).toEqual({
    ...{ entry: 'd_5432', generations: [2] },
    copies: [
      { instance: 'd:5432', status: null, leftOut: false },
      { instance: 'a:5432', status: 'online', leftOut: true },
    ],
    ...{ readableNow: ['a:5432'], readableThen: [] },
  });
});

test('an instance that is not registered is refused with the nearest name', async () => {
  await ring(HOSTS);
  const { exitCode, stderr } = await work.run(['copies', '--without', 'a:5433']);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('no instance a:5433 is registered');
  expect(stderr).toContain('did you mean a:5432?');
});

test('a reader sees the same, and only who may read', async () => {
  const logins = await Logins.create();
  try {
    const admin = await logins.loginOf(undefined, 'SUPERUSER');
    expect(await logins.run(admin, ['init', '--roles'])).toMatchObject({ exitCode: 0 });
    const applier = await logins.loginOf('lenkwerk_apply');
    await logins.run(applier, ['apply', logins.manifest('t'), '--auto-approve']);
    const reader = await logins.loginOf('lenkwerk_reader');
    const seen = await logins.run(reader, ['copies', '--without', 's-1.example.com']);
    expect(seen).toMatchObject({ exitCode: 0, stderr: '' });
    expect(seen.stdout).toContain('Without s-1.example.com:5432 every entry has a readable copy.');
    const stranger = await logins.loginOf(undefined);
    const refused = await logins.run(stranger, ['copies']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('lenkwerk_reader');
  } finally {
    await logins.close();
  }
});
