/**
 * `npm run matrix -- [--postgres MAJOR]... [--etcd VERSION]... [PATH]...`: runs integration tests
 * on one version after the other, and prints one line each; exit 1 where one failed. With both
 * flags each pair is a run. Without any: PostgreSQL 16, 17 and 18, then etcd 3.5, each beside what
 * this machine has. PATH: as vitest takes it; by default the folders that depend on a server's
 * version.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseServers, type WantedVersions } from '../support/settings/versions.js';

const FOLDERS = ['publishing', 'replication', 'kvstore', 'verifying'];
const DEFAULT_RUNS: readonly WantedVersions[] = [
  ...['16', '17', '18'].map((postgres) => ({ postgres, etcd: undefined })),
  { postgres: undefined, etcd: '3.5' },
];
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
async function runOn(wanted: WantedVersions): Promise<{ line: string; passed: boolean }> {
  const { env, postgresMajor, etcdVersion } = await chooseServers(wanted, process.env);
  const reports = await mkdtemp(join(tmpdir(), 'lenkwerk-matrix-'));
  const startMs = performance.now();
  try {
    const args = ['run', '--config', 'test/vitest.config.ts', '--project', 'integration', ...paths];
    const child = spawn(process.execPath, [VITEST, ...args], {
      env: { ...process.env, ...env, TEST_REPORTS: reports },
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
for (const wanted of runs()) {
  const { line, passed } = await runOn(wanted);
  lines.push(passed ? line : `${line} (failed)`);
  if (!passed) process.exitCode = 1;
}
console.log(lines.join('\n'));
