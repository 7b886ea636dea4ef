/** In a throw-away Lenkwerk every cluster is rehearsed, and nothing reaches a real one. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEV_STORES } from '../../../src/dev/stores.js';
import { CLI } from '../../support/cli/built.js';
import { runProgram } from '../../support/cli/console-lines.js';
import { scratchFolder } from '../../support/scratch.js';

const MANIFEST = `apiVersion: lenkwerk/v1
kind: Cluster
cluster: 5494f6e7-0c8b-4d59-b849-02d2d9a57403
config:
  retain_hrs: 5
  kvstore_type: etcd
  kvstore_config: {host: kv.invalid, port: 2379}
  kvstores:
    eu: {type: postgres, config: {host: eu.invalid, port: 5432, dbname: kv, user: u}}
`;

test.each(Object.keys(DEV_STORES))(
  'every target is published to the own %s, whatever the config names',
  async (store) => {
    const folder = await scratchFolder();
    const file = join(folder, 'cluster.yaml');
    await writeFile(file, MANIFEST);
    const script = [
      'lenkwerk apply "$1" --auto-approve --wait --allow store:redirect',
      'lenkwerk get /Config/retain_hrs --target default',
      'lenkwerk get /Config/retain_hrs --target eu',
      'lenkwerk verify "$1" --target eu --wait',
      'lenkwerk env',
    ];
    const shell = `set -e\nlenkwerk() { '${process.execPath}' '${CLI}' "$@"; }\n${script.join('\n')}`;
    const args = [CLI, 'dev', '--store', store, '--', 'sh', '-c', shell, 'sh', file];
    const { exitCode, output } = await runProgram(process.execPath, args, { cwd: folder });
    expect(exitCode, output).toBe(0);
    expect(output.match(/"value":5/g)).toHaveLength(2);
    expect(output).toMatch(
      /store: \w+:\/\/[^ ]*127\.0\.0\.1:\d+\S*[?&]prefix=\/eu \(LENKWERK_STORES\)/,
    );
    expect(output).not.toMatch(/store: .*invalid/);
  },
  120_000,
);

const END_SESSIONS = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
  WHERE application_name LIKE 'lenkwerk%'`;

/** Runs the SQL of its input as the superuser. */
async function program(folder: string): Promise<string> {
  const file = join(folder, 'run.mjs');
  const pg = new URL('../../../node_modules/pg/lib/index.js', import.meta.url);
  await writeFile(
    file,
    `import { readFileSync } from 'node:fs';
     import pg from '${pg.href}';
     const client = new pg.Client({ connectionString: process.env.LENKWERK_DATABASE });
     await client.connect();
     await client.query(readFileSync(0, 'utf8')).finally(() => client.end());`,
  );
  return file;
}

test('its agent goes on after `init --roles`, and the commands as the login of the hint', async () => {
  const folder = await scratchFolder();
  const file = join(folder, 'cluster.yaml');
  await writeFile(file, MANIFEST);
  const script = [
    'lenkwerk apply "$1" --auto-approve --wait --allow store:redirect',
    'lenkwerk init --roles',
    'lenkwerk apply "$1" --auto-approve 2>refused || echo "exit code $?"',
    `sed -n 's/.* as that: //p' refused >statement`,
    // Its server wants one.
    `echo "; ALTER ROLE my_login PASSWORD 'my password'" >>statement`,
    'node "$2" <statement',
    // Its agent begins again.
    `echo "${END_SESSIONS}" | node "$2"`,
    `export LENKWERK_DATABASE=$(echo "$LENKWERK_DATABASE" | sed 's#//[^@]*@#//my_login:my%20password@#')`,
    'sed "s/retain_hrs: 5/retain_hrs: 6/" "$1" >next.yaml',
    'lenkwerk apply next.yaml --auto-approve --wait',
    'lenkwerk get /Config/retain_hrs --target default',
  ];
  const shell = `set -e\nlenkwerk() { '${process.execPath}' '${CLI}' "$@"; }\n${script.join('\n')}`;
  const args = [CLI, 'dev', '--', 'sh', '-c', shell, 'sh', file, await program(folder)];
  const { exitCode, output } = await runProgram(process.execPath, args, { cwd: folder });
  expect(exitCode, output).toBe(0);
  expect(output).toContain('exit code 4');
  expect(output).toContain('"value":6');
}, 120_000);
