/**
 * The main job end to end, for a reader at a terminal: `npm run demo` runs this under `lenkwerk dev
 * --nodes 4`, so its variables name a throw-away cluster. Every command is printed before its
 * output, and an unexpected exit code ends the demo.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveStore } from '../kvstore/resolve-settings.js';
import { assert, LenkwerkError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import { openConnection } from '../postgres/connection.js';
import { type ConnectionSettings, connectionSettings } from '../postgres/connection-settings.js';
import { environment } from '../runtime/settings.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));
const QUICKSTART = new URL('../../examples/quickstart/', import.meta.url);
/** What the nodes may take, in seconds: one of them is stopped, and waited for in vain. */
const PATIENCE = 5;

const scratch = await mkdtemp(join(tmpdir(), 'lenkwerk-demo-'));
try {
  await writeManifest('cluster.yaml', ['storage-[01-12]', 'storage-[01-03]']);
  await writeManifest('cluster-next.yaml', ['storage-[01-14]', 'storage-[01-04]']);
  await build();
  await change();
  await driftInStore();
  await driftInDatabase();
  await stoppedNode();
} finally {
  await rm(scratch, { recursive: true });
}
say('Done', 'Pipelines and operators do the same. All servers of this demo have been removed.');

async function build(): Promise<void> {
  say('1. A new cluster', 'The tables are set up, then the manifest is planned and applied.');
  await lenkwerk('init');
  await lenkwerk('validate cluster.yaml');
  await lenkwerk('plan cluster.yaml --detailed-exitcode', 2);
  await lenkwerk('apply cluster.yaml --auto-approve');
  say('', 'The three storage nodes receive it, and acknowledge it.');
  await lenkwerk('verify cluster.yaml --nodes --wait');
  await lenkwerk('get /Config/kafka_topic');
  await lenkwerk('plan cluster.yaml --detailed-exitcode');
}

async function change(): Promise<void> {
  say(
    '2. A reviewed change',
    'A fourth storage node and an index: the plan that was reviewed is applied.',
  );
  await lenkwerk('verify cluster-next.yaml', 2);
  await lenkwerk('plan cluster-next.yaml --out change.plan');
  await lenkwerk('apply change.plan --wait-for nodes');
  await lenkwerk('verify cluster-next.yaml --nodes');
  await lenkwerk('history');
}

async function driftInStore(): Promise<void> {
  say('3. Drift in etcd', 'Another client writes to etcd: it alters one key and adds another.');
  await writeToStore('/Config/kafka_topic', '{"id":3,"key":"kafka_topic","value":"evnets"}');
  await writeToStore('/Dimension/99', '{"id":99}');
  await lenkwerk('verify cluster-next.yaml', 2);
  say('', 'verify requests a repair; the agent restores both keys.');
  await lenkwerk('verify cluster-next.yaml --repair');
}

async function driftInDatabase(): Promise<void> {
  say(
    '4. Drift in PostgreSQL',
    'An operator sets a node offline by hand; the manifests do not change.',
  );
  await runSql("UPDATE storage.postgres_instance SET status = 0 WHERE host LIKE 'storage-03.%'");
  await lenkwerk('verify cluster-next.yaml --wait', 2);
  await lenkwerk('plan cluster-next.yaml');
}

async function stoppedNode(): Promise<void> {
  say('5. A storage node is away', 'The database of storage-02 takes no connections.');
  const { LENKWERK_NODE_1: url } = environment();
  assert(url !== undefined, 'the demo runs under `lenkwerk dev --nodes 4`');
  const nodes = connectionSettings({ url }, {});
  await runSql('ALTER DATABASE node_2 ALLOW_CONNECTIONS false', nodes);
  await runSql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'node_2'",
    nodes,
  );
  say(
    '',
    'What drifted is applied again. The other nodes have it; verify names the one that lacks it.',
  );
  await lenkwerk('apply cluster-next.yaml --auto-approve --wait');
  await lenkwerk(`verify cluster-next.yaml --nodes --wait --timeout ${PATIENCE}`, 7);
  say('', 'It comes back, and receives what it lacks.');
  await runSql('ALTER DATABASE node_2 ALLOW_CONNECTIONS true', nodes);
  await lenkwerk('verify cluster-next.yaml --nodes --wait');
  say('', 'May its host be taken out? And that of the next one as well?');
  await lenkwerk('copies --without storage-02.example.com');
  await lenkwerk('copies --without storage-02.example.com --without storage-03.example.com', 2);
}

/** The quickstart's manifest, for a cluster as small as this one. */
async function writeManifest(
  name: string,
  [hosts, fewer]: readonly [string, string],
): Promise<void> {
  const text = await readFile(new URL(name, QUICKSTART), 'utf8');
  const smaller = text.replaceAll(hosts, fewer);
  assert(smaller !== text, 'the hosts of the quickstart are known');
  await writeFile(join(scratch, name), smaller);
}

function say(title: string, text: string): void {
  const heading = title === '' ? '\n' : `\n=== ${title} ===\n`;
  process.stdout.write(`${heading}${text}\n`);
}

async function lenkwerk(words: string, expected = 0): Promise<void> {
  process.stdout.write(`\n$ lenkwerk ${words}\n`);
  const options = { cwd: scratch, stdio: 'inherit' } as const;
  const child = spawn(process.execPath, [CLI, ...words.split(' ')], options);
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

async function runSql(
  statement: string,
  database: ConnectionSettings = connectionSettings({}, environment()),
): Promise<void> {
  process.stdout.write(`\n# by hand, in PostgreSQL: ${statement}\n`);
  const client = await openConnection(database, 'demo');
  try {
    const { command, rowCount } = await client.query(statement);
    process.stdout.write(`${command} ${rowCount ?? ''}`.trimEnd().concat('\n'));
  } finally {
    await client.end();
  }
}
