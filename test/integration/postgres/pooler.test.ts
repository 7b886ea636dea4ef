/** Through a pooler: refused by name, or with the very settings of a direct session. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk } from '../../support/cli/command-line.js';
import { startPgbouncer } from '../../support/pgbouncer.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { etcdEndpoint, uniquePrefix } from '../../support/servers/servers.js';

let work: Workplace;
let file: string;
beforeEach(async () => {
  work = await workplace();
  file = work.manifest('config: { a: 1 }\ndimensions: [{ field: /service }]\n');
});
afterEach(() => work.close());

/** The database through a pooler with these settings. */
async function through(settings: string) {
  const url = new URL(work.url);
  const pooler = await startPgbouncer(Number(url.port), settings);
  url.port = String(pooler.port);
  return { url: url.href, [Symbol.asyncDispose]: () => pooler.stop() };
}

const kv = () => `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;

test('one that refuses the options is named, with what helps', async () => {
  await using pooler = await through('');
  for (const args of [['plan', file], ['export'], ['agent', '--kv', kv()]]) {
    const { exitCode, stderr } = await lenkwerk([...args, '--db', pooler.url]);
    expect(stderr).toContain('a pooler refuses it: unsupported startup parameter: options');
    expect(stderr).toContain('connect to PostgreSQL itself');
    expect(exitCode).toBe(1);
  }
});

test('one of sessions that drops the options: plan, apply and export see the same', async () => {
  await work.query(`ALTER DATABASE ${new URL(work.url).pathname.slice(1)}
    SET DateStyle = 'German'`);
  await using pooler = await through('ignore_startup_parameters = options');
  const applied = await lenkwerk(['apply', file, '--auto-approve', '--db', pooler.url]);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  const [direct, pooled] = await Promise.all(
    [work.url, pooler.url].map((url) => lenkwerk(['export', '--db', url])),
  );
  const withoutTime = (text = '') => text.replace(/ at [\d. :-]+ UTC/, '');
  expect(withoutTime(pooled?.stdout)).toBe(withoutTime(direct?.stdout));
  expect(direct?.stdout).toContain('/service');
  const plan = await lenkwerk(['plan', file, '--detailed-exitcode', '--db', pooler.url]);
  expect(plan.exitCode).toBe(0);
});

test.each([
  ['options', 'a pooler refuses it: unsupported startup parameter: replication'],
  ['options,replication', 'a pooler refuses it: syntax error at or near "IDENTIFY_SYSTEM"'],
])(
  'an agent reports that a pooler which ignores %s passes no replication on',
  async (names, reported) => {
    await using pooler = await through(`ignore_startup_parameters = ${names}`);
    const { exitCode, stderr } = await lenkwerk(['agent', '--kv', kv(), '--db', pooler.url]);
    expect(stderr).toContain(reported);
    expect(stderr).toContain('connect to PostgreSQL itself');
    expect(exitCode).toBe(1);
  },
);
