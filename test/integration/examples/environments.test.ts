/** examples/environments with two real clusters: its script, and the wrong pair. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLI } from '../../support/cli/built.js';
import { runCli } from '../../support/cli/cli.js';
import { runProgram } from '../../support/cli/console-lines.js';
import { Environments, NAMES } from '../../support/pipelines/environments.js';
import { uniqueName } from '../../support/servers/servers.js';

const TIMEOUT_MS = 180_000;

let environments: Environments;
beforeEach(async () => {
  environments = await Environments.create();
});
afterEach(() => environments.drop());

/** `LENKWERK`: a command; undefined: the one that is installed in the folder. */
function pipeline(step: 'plan' | 'apply', LENKWERK: string | undefined, ALLOW?: string) {
  const { PATH, HOME } = process.env;
  const path = [environments.path('node_modules/.bin'), PATH].join(delimiter);
  const env = { PATH: path, HOME, LENKWERK, ALLOW };
  return runProgram('sh', ['pipeline.sh', step], { cwd: environments.folder, env });
}

/** As `npm install` puts it there. */
async function install(): Promise<void> {
  const folder = environments.path('node_modules/.bin');
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/lenkwerk`, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  await chmod(`${folder}/lenkwerk`, 0o755);
}

test('the pipeline brings both clusters to their states', { timeout: TIMEOUT_MS }, async () => {
  const agents = environments.startAgents();
  // Where the command is an alias, its name is on no path.
  const command = `${process.execPath} ${CLI}`;
  const planned = await pipeline('plan', command);
  expect(planned, planned.output).toMatchObject({ exitCode: 0 });
  const applied = await pipeline('apply', command);
  expect(applied, applied.output).toMatchObject({ exitCode: 0 });
  expect(applied.output.match(/^converged/gm)).toHaveLength(2);
  expect(await environments.recorded('staging')).toEqual({
    ...{ instances: 2, applies: 1 },
    tablespaces: { trace_idx: 'pg_default', user_idx: 'pg_default' },
    config: { production: 0, retain_hrs: 48, kafka_topic: 'events_staging' },
  });
  expect(await environments.recorded('production')).toEqual({
    ...{ instances: 12, applies: 1 },
    tablespaces: { trace_idx: 'fast', user_idx: 'pg_default' },
    config: { production: 0, retain_hrs: 720, kafka_topic: 'events' },
  });
  expect(await readFile(environments.path('production.md'), 'utf8')).toContain('trace_idx');
  for (const agent of agents) {
    agent.kill();
    await agent.ended;
  }
});

test('the pipeline removes a node once that is allowed, and may be repeated', {
  timeout: TIMEOUT_MS,
}, async () => {
  const agents = environments.startAgents();
  await install();
  for (const step of ['plan', 'apply'] as const) {
    const { exitCode, output } = await pipeline(step, 'lenkwerk');
    expect(exitCode, output).toBe(0);
  }
  for (const name of ['staging', 'production']) {
    const file = environments.path(`${name}/instances.yaml`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text.replace('[01-12]', '[01-11]')}config: { retries: 3 }\n`);
  }
  const refused = await pipeline('plan', 'lenkwerk');
  expect(refused, refused.output).toMatchObject({ exitCode: 4 });
  const allow = 'delete:instance,servermap:drops-data,copies:offline,expire:index';
  expect(await pipeline('plan', 'lenkwerk', allow)).toMatchObject({ exitCode: 0 });
  // As a run does that stops after the first environment.
  const half = ['apply', '--env', 'staging', 'staging.plan'];
  expect(await runCli(half, { cwd: environments.folder })).toMatchObject({ exitCode: 0 });
  const again = await pipeline('apply', 'lenkwerk', allow);
  expect(again, again.output).toMatchObject({ exitCode: 0 });
  expect(await environments.recorded('staging')).toMatchObject({ applies: 2 });
  expect(await environments.recorded('production')).toMatchObject({ instances: 11, applies: 2 });
  for (const agent of agents) {
    agent.kill();
    await agent.ended;
  }
});

test('the wrong pair of environment and database exits with 5 and changes nothing', {
  timeout: TIMEOUT_MS,
}, async () => {
  const file = environments.path('lenkwerk.yaml');
  const text = await readFile(file, 'utf8');
  expect(
    (
      await runCli(['plan', '--env', 'staging', '--out', 'staging.plan'], {
        cwd: environments.folder,
      })
    ).exitCode,
  ).toBe(0);
  const before = [
    await environments.recorded('staging'),
    await environments.recorded('production'),
  ];
  const [one, other] = NAMES.map((name) => environments.nameOfDatabase(name));
  const swapped = text.replace(/(\n {6}database: )(\S+)/g, (_, field: string, name: string) => {
    return `${field}${name === one ? other : one}`;
  });
  expect(swapped).not.toBe(text);
  await writeFile(file, swapped);
  for (const args of [
    ['plan', '--env', 'staging'],
    ['apply', '--env', 'staging', '--auto-approve'],
    ['apply', '--env', 'staging', 'staging.plan'],
    ['verify', '--env', 'production'],
    ['agent', '--env', 'production', '--slot', uniqueName('slot')],
    ['init', '--env', 'production'],
  ]) {
    const { exitCode, stderr } = await runCli(args, { cwd: environments.folder });
    expect({ args, exitCode }).toEqual({ args, exitCode: 5 });
    expect(stderr).toContain('is for cluster');
  }
  await install();
  expect(await pipeline('plan', undefined)).toMatchObject({ exitCode: 5 });
  expect([
    await environments.recorded('staging'),
    await environments.recorded('production'),
  ]).toEqual(before);
});
