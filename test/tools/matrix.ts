/**
 * `npm run matrix -- [--postgres MAJOR]... [--etcd VERSION]... [PATH]...`: runs integration tests
 * on one version after the other, and prints one line each; exit 1 where one failed. With both
 * flags each pair is a run. Without any: PostgreSQL 16, 17 and 18, then etcd 3.5, each beside what
 * this machine has. PATH: as vitest takes it; by default the folders that depend on a server's
 * version, and at the end the growth of index expressions on every PostgreSQL.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  chooseServers,
  EVERY_POSTGRES,
  type WantedVersions,
} from '../support/settings/versions.js';

const FOLDERS = ['publishing', 'replication', 'kvstore', 'verifying'];
const DEFAULT_RUNS: readonly WantedVersions[] = [
  ...['16', '17', '18'].map((postgres) => ({ postgres, etcd: undefined })),
  { postgres: undefined, etcd: '3.5' },
];
/** It starts each version by itself. */
const EVERY_VERSION = ['test/integration/planning/expressions/growth'];
const VITEST = 'node_modules/vitest/vitest.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    postgres: { type: 'string', multiple: true },
    etcd: { type: 'string', multiple: true },
  },
});
const paths =
  positionals.length > 0 ? positionals : FOLDERS.map((folder) => `test/integration/${folder}/`);

function runs(): readonly WantedVersions[] {
  if (values.postgres === undefined && values.etcd === undefined) return DEFAULT_RUNS;
  const etcds = values.etcd ?? [undefined];
  return (values.postgres ?? [undefined]).flatMap((postgres) =>
    etcds.map((etcd) => ({ postgres, etcd })),
  );
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

/** Returns the line for people, and whether everything passed. */
async function runOn(
  wanted: WantedVersions,
  tested: readonly string[],
): Promise<{ line: string; passed: boolean }> {
  const { env, postgresMajor, etcdVersion } = await chooseServers(wanted, process.env);
  const reports = await mkdtemp(join(tmpdir(), 'lenkwerk-matrix-'));
  const startMs = performance.now();
  try {
    const args = [
      'run',
      '--config',
      'test/vitest.config.ts',
      '--project',
      'integration',
      ...tested,
    ];
    const child = spawn(process.execPath, [VITEST, ...args], {
      env: { ...process.env, ...env, TEST_REPORTS: reports, [EVERY_POSTGRES]: 'yes' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [exitCode] = await once(child, 'close');
    const [file] = await readdir(reports);
    const text = file === undefined ? '{}' : await readFile(join(reports, file), 'utf8');
    const report: Partial<Report> = JSON.parse(text);
    const { numPassedTests = 0, numFailedTests = 0 } = report;
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const servers = `PostgreSQL ${postgresMajor}, etcd ${etcdVersion}`;
    const line = `${servers}: ${numPassedTests} passed, ${numFailedTests} failed, ${seconds} s`;
    return { line, passed: exitCode === 0 && numPassedTests > 0 };
  } finally {
    await rm(reports, { recursive: true });
  }
}

const lines: string[] = [];
const given = runs().map((wanted) => [wanted, paths] as const);
const isWhole = process.argv.length === 2;
const atEnd = isWhole ? [[{ postgres: undefined, etcd: undefined }, EVERY_VERSION] as const] : [];
for (const [wanted, tested] of [...given, ...atEnd]) {
  const { line, passed } = await runOn(wanted, tested);
  lines.push(passed ? line : `${line} (failed)`);
  if (!passed) process.exitCode = 1;
}
console.log(lines.join('\n'));
