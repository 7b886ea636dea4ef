/**
 * Texts of others, in every output of every verb: none starts a command of a pipeline, controls a
 * terminal, hides characters, or shows a secret.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VERBS } from '../../../src/commands/verbs/registry.js';
import { hasHidden } from '../../../src/model/text.js';
import { lenkwerk, type Outcome, type Surroundings } from '../../support/cli/command-line.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../support/servers/servers.js';
import { loggedSecrets, PLANTED, SECRET } from '../../support/texts/planted-secrets.js';
import { waitFor } from '../../support/wait.js';

const HOSTILE =
  '\u001b[31mx\n::set-output name=a::b\n \u00a0::add-mask::c\r##[add-mask]d ##vso[task]e \u200b\u3164\u202e';
/** Without what a name of a manifest may not hold. */
const NAME = '::stop-commands::x ##[add-mask]y ##vso[task]z';

let database: TestDatabase;
let folder: string;
let store: string;
const tried = new Set<string>();

beforeEach(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-foreign-'));
  store = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Runs a command line in a pipeline, and requires that what it wrote is harmless. */
async function run(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  tried.add(args[0] ?? '');
  const outcome = await lenkwerk([...args, '--db', database.url, '--kv', store], {
    environment: {
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: `${HOSTILE} password=${SECRET}`,
      GITHUB_SHA: HOSTILE,
      GITHUB_SERVER_URL: `https://${HOSTILE}`,
      GITHUB_REPOSITORY: HOSTILE,
      GITHUB_RUN_ID: `${HOSTILE}?token=${SECRET}`,
    },
    ...surroundings,
  });
  requireHarmless(args, outcome.stdout);
  requireHarmless(args, outcome.stderr);
  return outcome;
}

function requireHarmless(args: readonly string[], text: string): void {
  const wrong = text.split('\n').filter((line) => {
    const isCommand = /^\s*::(?!error file=)/.test(line) || /##[\w-]*\[/.test(line);
    return isCommand || hasHidden(line) || line.includes(SECRET);
  });
  if (wrong.length > 0) throw new Error(`${args.join(' ')}: ${JSON.stringify(wrong)}`);
}

function requireHarmlessFiles(): void {
  for (const name of readdirSync(folder).filter((file) => file.startsWith('out'))) {
    requireHarmless([name], readFileSync(join(folder, name), 'utf8'));
  }
}

async function sql(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(text, [...values]).finally(() => client.end());
}

const INSERT_CONFIG = 'INSERT INTO storage.config (key, value) VALUES ($1, $2)';

/** What another tool recorded; no manifest may hold such keys. */
async function recordForeignRows(): Promise<void> {
  await sql(INSERT_CONFIG, [HOSTILE, JSON.stringify({ [HOSTILE]: HOSTILE })]);
  const config = { host: 'localhost', port: 1, password: SECRET, note: HOSTILE };
  await sql(INSERT_CONFIG, ['kvstore_config', JSON.stringify(config)]);
  for (const [key, value] of PLANTED) await sql(INSERT_CONFIG, [key, value]);
  await sql(
    `INSERT INTO storage.postgres_instance (host, port, username, status)
     VALUES ($1, 5432, $1, 3)`,
    [HOSTILE],
  );
}

function manifest(value: string): string {
  const file = join(folder, `${NAME.replaceAll('/', '_')} ${HOSTILE}.yaml`);
  const text = JSON.stringify(value).replaceAll('/', '\\/');
  const config = `config:\n  ${JSON.stringify(NAME)}: ${text}\n  deep: {${JSON.stringify(NAME)}: [${text}]}\n`;
  const instances = `instances:\n  - {host: "::warning::x", username: ${JSON.stringify(NAME)}}\n`;
  writeFileSync(file, `apiVersion: lenkwerk/v1\nkind: Cluster\n${config}${instances}`);
  return file;
}

const ALLOW = ['delete:config', 'delete:instance', 'store:redirect', 'deletes:many'];
const ALLOWED = ALLOW.flatMap((danger) => ['--allow', danger]);
/** No agent publishes: there is nothing to wait for. */
const AT_ONCE = ['--timeout', '1'];
const FORMS = [[], ['--json'], ['--markdown'], ['--sql']];
const INTO = ['text', 'json', 'markdown', 'sql'];

test('are harmless in plans, applies, the log, reports, failures, files and log lines', async () => {
  await run(['init']);
  await run(['init', '--json']);
  await recordForeignRows();
  const first = manifest(HOSTILE.replace('\u200b\u3164\u202e', ''));
  await run(['validate', first]);
  await run(['validate', first, '--json']);
  for (const form of [[], ['--json']]) await run(['render', first, ...form]);
  for (const form of FORMS) await run(['plan', first, ...form]);
  const plan = join(folder, 'out.plan');
  const files = INTO.flatMap((form) => [`--${form}-into`, join(folder, `out.${form}`)]);
  await run(['plan', first, '--out', plan, ...files]);
  for (const form of FORMS) await run(['show', plan, ...form]);
  expect(await run(['apply', plan])).toMatchObject({ exitCode: 4 });
  expect(await run(['apply', plan, '--dry-run', ...ALLOWED])).toMatchObject({ exitCode: 0 });
  expect(await run(['apply', plan, ...ALLOWED])).toMatchObject({ exitCode: 0 });
  await recordForeignRows();
  for (const form of [[], ['--json']]) {
    for (const verb of ['history', 'status', 'doctor', 'env', 'export']) await run([verb, ...form]);
    await run(['history', '1', ...form]);
    await run(['verify', first, ...AT_ONCE, ...form]);
    await run(['revert', '1', '--dry-run', ...form]);
    await run(['copies', ...form]);
    await run(['copies', '--without', HOSTILE, ...form]);
    await run(['instance', 'set-status', '0', HOSTILE, '--override', '--dry-run', ...form]);
  }
  await run(['verify', first, ...AT_ONCE, '--markdown']);
  await run(['export', '--out', join(folder, 'out.yaml')]);
  requireHarmlessFiles();
  await requireHarmlessFailures(first);
  await requireHarmlessAgent();
  const untried = Object.keys(VERBS).filter((verb) => !tried.has(verb));
  // They show nothing of others, what `dev` runs is its caller's own, and `console` has own tests.
  expect(untried.sort()).toEqual(['completion', 'console', 'dev', 'schema']);
}, 120_000);

test('secrets are neither in an export, whose plan is empty, nor in the log and plan files', async () => {
  await run(['init']);
  for (const [key, value] of PLANTED) await sql(INSERT_CONFIG, [key, value]);
  const exported = join(folder, 'out.yaml');
  expect(await run(['export', '--out', exported])).toMatchObject({ exitCode: 0 });
  requireHarmlessFiles();
  const plan = join(folder, 'out.plan');
  expect((await run(['plan', exported, '--out', plan])).stdout).toContain('No changes');
  const file = readFileSync(plan, 'utf8');
  writeFileSync(plan, file.replace('"gitCommit": null', `"gitCommit": "password=${SECRET}"`));
  for (const form of FORMS) expect((await run(['show', plan, ...form])).exitCode).toBe(0);
  await sql(
    `SELECT lenkwerk.append_apply(gen_random_uuid(), $1, $2, $3, $4, $5, false,
       (SELECT digest FROM lenkwerk.apply_log ORDER BY id DESC LIMIT 1))`,
    loggedSecrets(HOSTILE),
  );
  for (const args of [
    ['history'],
    ['history', '1'],
    ['status'],
    ['verify', exported, ...AT_ONCE],
  ]) {
    for (const form of [[], ['--json']]) {
      const { stdout } = await run([...args, ...form]);
      expect(stdout).toContain('***');
    }
  }
}, 120_000);

/** A constraint and a trigger that answer with commands, and a manifest full of mistakes. */
async function requireHarmlessFailures(good: string): Promise<void> {
  const text = HOSTILE.replaceAll("'", "''");
  await sql(`CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING MESSAGE = E'${text}', DETAIL = E'${text}', ERRCODE = '23514'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON storage.config
      FOR EACH ROW EXECUTE FUNCTION public.refuse()`);
  const changed = manifest('changed');
  for (const form of [[], ['--json'], ['--log-level', 'debug']]) {
    const failed = await run(['apply', changed, '--auto-approve', ...ALLOWED, ...form]);
    expect(failed.stdout + failed.stderr).toContain('::set-output name=a::b');
    expect(failed.exitCode).not.toBe(0);
    await run(['plan', join(folder, `${HOSTILE}.yaml`), ...form]);
    await run(['get', HOSTILE, ...form]);
    await run(['show', changed, ...form]);
    await run([HOSTILE, ...form]);
    await run(['plan', changed, '--only', HOSTILE, ...form]);
  }
  writeFileSync(
    good,
    `::set-env name=x: 1\nkind: "${NAME}"\n"##[x]": ["::y", password: ${SECRET}]\n`,
  );
  const refused = await run(['validate', good]);
  expect(refused.exitCode).toBe(3);
  expect(refused.stderr).toContain('::error file=');
}

async function requireHarmlessAgent(): Promise<void> {
  const stop = new AbortController();
  const slot = uniqueName('slot');
  const agent = run(['agent', '--slot', slot, '--log-level', 'debug'], { signal: stop.signal });
  await waitFor(async () => (await run(['get', '/Config/deep'])).stdout.includes('deep'), {
    timeoutMs: 20_000,
    what: 'the first record',
  });
  await requireHarmlessNode();
  for (const form of [[], ['--json']]) {
    await run(['verify', '--nodes', ...AT_ONCE, ...form]);
    await run(['doctor', ...form]);
    await run(['get', `/Config/${HOSTILE}`, ...form]);
    await run(['get', '/Config/kvstore_config', ...form]);
    await run(['verify', 'test/support/states/nothing.yaml', ...form]);
    await run(['status', ...form]);
    const heard = new AbortController();
    await run(['watch', '/', ...form], {
      signal: heard.signal,
      writeResult: async (text) => {
        requireHarmless(['watch'], text);
        heard.abort();
        return true;
      },
    });
  }
  stop.abort();
  await agent;
}

/** A node of that name, which then refuses a record, and acknowledges both. */
async function requireHarmlessNode(): Promise<void> {
  const [whole, node] = [database, await createDatabase()];
  const once = ['follow', '--once', '--name', HOSTILE, '--log-level', 'debug'];
  try {
    database = node;
    await run(['init', '--node']);
    expect(await run(once)).toMatchObject({ exitCode: 0 });
    await sql(`DELETE FROM storage.config; ALTER TABLE storage.config ADD CHECK (key !~ 'output')`);
    const refused = await run(once);
    expect(refused.stderr).toContain('::set-output name=a::b');
  } finally {
    database = whole;
    await node.drop();
  }
}
