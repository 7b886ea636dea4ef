/**
 * The main job end to end, for a reader at a terminal: `npm run demo` runs this under `lenkwerk
 * dev`, so its variables name a throw-away cluster. Every command is printed
 * before its output, and an unexpected exit code ends the demo.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveStore } from '../kvstore/resolve-settings.js';
import { LenkwerkError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import { openConnection } from '../postgres/connection.js';
import { connectionSettings } from '../postgres/connection-settings.js';
import { environment } from '../runtime/settings.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));
const CLUSTER = 'examples/quickstart/cluster.yaml';
const NEXT = 'examples/quickstart/cluster-next.yaml';

const scratch = await mkdtemp(join(tmpdir(), 'lenkwerk-demo-'));
try {
  await build();
  await change(join(scratch, 'change.plan'));
  await driftInStore();
  await driftInDatabase();
} finally {
  await rm(scratch, { recursive: true });
}
say('Done', 'Pipelines and operators do the same. All servers of this demo have been removed.');

async function build(): Promise<void> {
  say('1. A new cluster', 'The tables are set up, then the manifest is planned and applied.');
  await lenkwerk('init');
  await lenkwerk(`validate ${CLUSTER}`);
  await lenkwerk(`plan ${CLUSTER} --detailed-exitcode`, 2);
  await lenkwerk(`apply ${CLUSTER} --auto-approve`);
  await lenkwerk(`verify ${CLUSTER} --wait`);
  await lenkwerk('get /Config/kafka_topic');
  await lenkwerk(`plan ${CLUSTER} --detailed-exitcode`);
}

async function change(plan: string): Promise<void> {
  say(
    '2. A reviewed change',
    'Two storage nodes and an index: the plan that was reviewed is applied.',
  );
  await lenkwerk(`verify ${NEXT}`, 2);
  await lenkwerk(`plan ${NEXT} --out ${plan}`);
  await lenkwerk(`apply ${plan} --wait`);
  await lenkwerk(`verify ${NEXT} --wait`);
  await lenkwerk('history');
}

async function driftInStore(): Promise<void> {
  say('3. Drift in etcd', 'Another client writes to etcd: it alters one key and adds another.');
  await writeToStore('/Config/kafka_topic', '{"id":3,"key":"kafka_topic","value":"evnets"}');
  await writeToStore('/Dimension/99', '{"id":99}');
  await lenkwerk(`verify ${NEXT}`, 2);
  say('', 'verify requests a repair; the agent restores both keys.');
  await lenkwerk(`verify ${NEXT} --repair`);
}

async function driftInDatabase(): Promise<void> {
  say(
    '4. Drift in PostgreSQL',
    'An operator sets a node offline by hand; the manifests do not change.',
  );
  await runSql("UPDATE storage.postgres_instance SET status = 0 WHERE host LIKE 'storage-03.%'");
  await lenkwerk(`verify ${NEXT} --wait`, 2);
  await lenkwerk(`plan ${NEXT}`);
  await lenkwerk(`apply ${NEXT} --auto-approve`);
  await lenkwerk(`verify ${NEXT} --wait`);
}

function say(title: string, text: string): void {
  const heading = title === '' ? '' : `\n=== ${title} ===\n`;
  process.stdout.write(`${heading}${text}\n`);
}

async function lenkwerk(words: string, expected = 0): Promise<void> {
  process.stdout.write(`\n$ lenkwerk ${words}\n`);
  const child = spawn(process.execPath, [CLI, ...words.split(' ')], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (expected !== 0 && code === expected) process.stdout.write(`(exit code ${expected})\n`);
  if (code === expected) return;
  throw new LenkwerkError('environment', `expected exit code ${expected}, and it was ${code}`);
}

async function writeToStore(key: string, value: string): Promise<void> {
  process.stdout.write(`\n# by hand, in etcd: put ${key} ${value}\n`);
  const none = { project: undefined, secretsDir: undefined, recorded: undefined };
  const { settings } = resolveStore({ ...none, url: undefined, variables: environment() });
  const store = await settings.connect();
  try {
    const written = await store.kvwrite(settings.prefix + key, parseJson(value));
    if (!written) throw new LenkwerkError('store-unavailable', `cannot write ${key}`);
    process.stdout.write('OK\n');
  } finally {
    await store.close();
  }
}

async function runSql(statement: string): Promise<void> {
  process.stdout.write(`\n# by hand, in PostgreSQL: ${statement}\n`);
  const client = await openConnection(connectionSettings({}, environment()), 'demo');
  try {
    const { command, rowCount } = await client.query(statement);
    process.stdout.write(`${command} ${rowCount}\n`);
  } finally {
    await client.end();
  }
}
