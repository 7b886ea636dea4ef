import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXITS, type Exit, exitOf } from '../../../src/commands/exit-codes.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { lenkwerk } from '../../support/cli/command-line.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function manifest(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const GOOD = 'apiVersion: lenkwerk/v1\nkind: Cluster\ninstances: []\n';
const BAD = 'apiVersion: lenkwerk/v1\nkind: Cluster\ninstances:\n  - hots: a\n';

describe('usage', () => {
  test.each([
    ['no command', [], 'no command given'],
    ['an unknown command', ['plna'], 'Did you mean plan?'],
    ['a word of other tools', ['lint', 'cluster/'], 'here it is `lenkwerk validate`'],
    ['a flag like no other', ['plan', '--zzzzzz'], 'lenkwerk plan --help describes it'],
    ['an unknown flag', ['plan', '--jsno'], 'Did you mean --json?'],
    ['an unknown flag before the command', ['--jsno', 'plan'], 'Did you mean --json?'],
    ['too many arguments', ['schema', 'plan', 'surplus'], 'too many arguments'],
    ['a port that is none', ['-p', '99999', 'plan'], '1 to 65535'],
    ['a port of a list that is none', ['-p', '1,0', 'plan'], '1 to 65535'],
    ['no port of a list', ['-p', ',', 'plan'], '1 to 65535'],
    ['an unknown level', ['--log-level', 'loud', 'plan'], 'debug, info, warn, error'],
    ['an address as a target of plan', ['plan', '--target', 'index/a'], '--only index/a'],
    ['an address as a target of apply', ['apply', '--target', 'index/a'], '--only index/a'],
    ['an unknown danger', ['apply', '--allow', 'everything'], 'delete:instance'],
    ['two forms on stdout', ['plan', '--json', '--sql'], 'exclude each other'],
    ['a password in --db', ['--db', 'postgres://u:hush@h/d', 'plan'], '.pgpass'],
    ['a password in --kv', ['--kv', 'etcd://u:hush@h:2379', 'plan'], 'ETCDCTL_PASSWORD'],
    [
      'no terminal and no approval',
      ['apply', 'examples/quickstart/cluster.yaml'],
      '--auto-approve',
    ],
    ['a file that is missing', ['apply', 'nosuch.plan'], 'nosuch.plan:1:1: no such file'],
  ])('%s is refused with exit 3', async (_, args, expected) => {
    const { exitCode, stdout, stderr } = await lenkwerk(args);
    expect(exitCode).toBe(EXITS.invalid.code);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain('hush');
    expect(stderr).not.toMatch(/^ {4}at /m);
    if (!args.includes('--json')) expect(stdout).toBe('');
  });

  test('with --json a failure is one document on stdout, even for an invalid command line', async () => {
    const { exitCode, stdout } = await lenkwerk(['plna', '--json']);
    expect(exitCode).toBe(EXITS.invalid.code);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'usage', message: "unknown command 'plna'", hint: 'Did you mean plan?' },
    });
  });

  test('line breaks in an argument end neither the message nor the hint', async () => {
    const { exitCode, stderr } = await lenkwerk(['plna\n(x)\nerror: y']);
    expect(exitCode).toBe(EXITS.invalid.code);
    expect(stderr).toMatch(/^error: unknown command 'plna\\n\(x\)\\nerror: y'\nhint: [^\n]+\n$/);
  });

  test('each word of other tools is answered with a command that there is', async () => {
    const words =
      'version lint check diff preview fmt format import pull dump deploy push up drift';
    for (const word of `${words} log rollback undo config ls`.split(' ')) {
      const { exitCode, stderr } = await lenkwerk([word]);
      expect(exitCode, word).toBe(EXITS.invalid.code);
      const [, ours = ''] = /here it is `lenkwerk (\S+)`/.exec(stderr) ?? [];
      const help = await lenkwerk(ours.startsWith('--') ? [ours] : [ours, '--help']);
      expect(help, word).toMatchObject({ exitCode: EXITS.success.code, stderr: '' });
    }
  });

  test('-h is the host, and alone it is --help', async () => {
    const { exitCode, stdout } = await lenkwerk(['--help']);
    expect(exitCode).toBe(EXITS.success.code);
    expect(stdout).toContain('-h, --host <host>');
    expect((await lenkwerk(['-h'])).stdout).toBe(stdout);
    const plan = await lenkwerk(['plan', '--help']);
    expect(await lenkwerk(['plan', '-h'])).toEqual(plan);
  });

  test('the help of every command shows examples', async () => {
    const { stdout } = await lenkwerk(['--help']);
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map(([, verb = '']) => verb);
    expect(verbs).toEqual(expect.arrayContaining(['init', 'validate', 'plan', 'apply', 'schema']));
    for (const verb of verbs.filter((name) => name !== 'help' && name !== 'lenkwerk')) {
      const help = await lenkwerk([verb, '--help']);
      expect(help.exitCode).toBe(EXITS.success.code);
      expect(help.stdout).toMatch(new RegExp(`Examples:\\n +lenkwerk ${verb}`));
    }
  });
});

describe('validate', () => {
  test('a good manifest', async () => {
    const file = manifest('good.yaml', GOOD);
    const { exitCode, stdout } = await lenkwerk(['validate', file]);
    expect([exitCode, stdout]).toEqual([EXITS.success.code, `Valid: ${file} (instances: 0).\n`]);
    const json = await lenkwerk(['validate', file, '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      valid: true,
      notices: [],
      files: [file],
      resources: { instances: 0 },
    });
  });

  test('a bad one, with its places', async () => {
    const file = manifest('bad.yaml', BAD);
    const { exitCode, stdout, stderr } = await lenkwerk(['validate', file]);
    expect([exitCode, stdout]).toEqual([EXITS.invalid.code, '']);
    expect(stderr).toContain(`${file}:4:5`);
    const json = await lenkwerk(['--json', 'validate', file]);
    const { error } = JSON.parse(json.stdout);
    expect(error.code).toBe('invalid-input');
    expect(error.problems[0]).toMatchObject({ file, line: 4, column: 5 });
  });
});

test('schema prints the schemas', async () => {
  expect(JSON.parse((await lenkwerk(['schema'])).stdout).title).not.toBe('A plan of lenkwerk');
  expect(JSON.parse((await lenkwerk(['schema', 'plan'])).stdout).title).toBe('A plan of lenkwerk');
});

test('an unreachable database is a failure in one line', async () => {
  const file = manifest('good.yaml', GOOD);
  const { exitCode, stdout, stderr } = await lenkwerk(['plan', file, '-h', '127.0.0.1', '-p', '1']);
  expect([exitCode, stdout]).toEqual([EXITS.failure.code, '']);
  expect(stderr).toMatch(/^error: .*\n(hint: .*\n)?$/);
});

test('lists of hosts and ports are those of libpq', async () => {
  const { stdout } = await lenkwerk(['env', '-h', '127.0.0.1,/nowhere', '-p', '1,', '--json']);
  const { database } = JSON.parse(stdout);
  expect(database.host).toEqual({ value: '127.0.0.1,/nowhere', from: '--host' });
  expect(database.port).toEqual({ value: '1,5432', from: '--port' });
});

test.each<readonly [Error, Exit]>([
  [new LenkwerkError('refused', ''), 'refused'],
  [new LenkwerkError('stale-plan', ''), 'stale'],
  [new LenkwerkError('wrong-cluster', ''), 'stale'],
  [new LenkwerkError('lock-not-obtained', ''), 'locked'],
  [new LenkwerkError('inconclusive', ''), 'notConverged'],
  [new TypeError(''), 'failure'],
])('the exit follows from what went wrong: %o', (error, exit) => {
  expect(exitOf(error, new AbortController().signal)).toBe(exit);
  expect(exitOf(error, AbortSignal.abort())).toBe('interrupted');
});
