/** In a throw-away Lenkwerk every cluster is rehearsed, and nothing reaches a real one. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('every target is published to the own store, whatever the config names', async () => {
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
  const args = [CLI, 'dev', '--', 'sh', '-c', shell, 'sh', file];
  const { exitCode, output } = await runProgram(process.execPath, args, { cwd: folder });
  expect(exitCode, output).toBe(0);
  expect(output.match(/"value":5/g)).toHaveLength(2);
  expect(output).toMatch(/store: etcd:\/\/127\.0\.0\.1:\d+\?prefix=\/eu \(LENKWERK_STORES\)/);
  expect(output).not.toMatch(/store: .*invalid/);
}, 120_000);
