/** What examples/consumers shows of each store, run with the clients of the distribution. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { installPackages } from '../../../src/dev/programs/server-program.js';
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { commitOrThrow, freeCommit } from '../../support/store-contract/commits.js';
import {
  createPlace,
  describeWithStore,
  type StorePlace,
} from '../../support/store-contract/places.js';
import { waitFor } from '../../support/wait.js';

const README = readFileSync('examples/consumers/README.md', 'utf8');
/** With what they need that not every machine has; psql is that of this machine. */
const PACKAGES = {
  name: 'store-clients',
  packages: [
    ...['etcd-client', 'redis-tools', 'liblzf1', 'libjemalloc2'],
    ...['python3-kazoo', 'python3-six'],
  ],
  hint: '',
};
const PROGRAMS: Readonly<Record<string, string>> = {
  etcd: 'etcdctl',
  postgres: 'psql',
  redis: 'redis-cli',
  valkey: 'redis-cli',
  zookeeper: 'python3',
};
const HEADINGS: Readonly<Record<string, string>> = {
  etcd: 'etcd',
  postgres: 'PostgreSQL',
  redis: 'Redis and Valkey',
  valkey: 'Redis and Valkey',
  zookeeper: 'ZooKeeper',
};

/** Undefined where the clients cannot be had. */
let environment: NodeJS.ProcessEnv | undefined;
let running: ChildProcess | undefined;

beforeAll(async () => {
  environment = await clientsOf(process.env);
}, 300_000);

afterEach(async () => {
  if (running?.pid === undefined || running.exitCode !== null) return;
  const closed = once(running, 'close');
  // Of the shell and what it has started.
  process.kill(-running.pid, 'SIGKILL');
  await closed;
});

async function clientsOf(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv | undefined> {
  try {
    const folder = await installPackages(PACKAGES, { env });
    const libraries = await readdir(join(folder, 'usr/lib'));
    return {
      PATH: [join(folder, 'usr/bin'), env['PATH']].join(delimiter),
      LD_LIBRARY_PATH: libraries.map((name) => join(folder, 'usr/lib', name)).join(delimiter),
      PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
    };
  } catch (error) {
    if (error instanceof LenkwerkError && error.code === 'environment') return undefined;
    throw error;
  }
}

interface Snippet {
  readonly shell: string;
  readonly text: string;
}

/** Below a heading, for the places that tests use: first the one that reads, then a watch. */
function snippetsOf(type: string, { url }: StorePlace): readonly Snippet[] {
  const [, chapter = ''] = README.split(`\n## ${HEADINGS[type]}\n`);
  const { host, pathname, searchParams } = new URL(url);
  const [name = '', port = ''] = host.split(':');
  const [section = ''] = chapter.split('\n## ');
  return [...section.matchAll(/^```(sh|python)\n(.*?)^```$/gms)].map(([, language, body = '']) => ({
    shell: language === 'sh' ? 'sh' : 'python3',
    text: body
      .replaceAll('postgres://host/database', url.replace(/\?.*/, ''))
      .replaceAll(/host:\d+/g, host)
      .replaceAll('-h host -p 6379', `-h ${name} -p ${port}`)
      // Of a ZooKeeper the nodes are below the chroot.
      .replaceAll('/eu/', `${type === 'zookeeper' ? pathname : ''}${searchParams.get('prefix')}/`),
  }));
}

/** Starts it, and returns what it has printed so far. */
function run({ shell, text }: Snippet): () => string {
  running = spawn(shell, ['-c', text], { env: environment, detached: true });
  let output = '';
  for (const stream of [running.stdout, running.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return () => output;
}

function put(store: KeyValueStore, value: string): Promise<bigint> {
  const key = `${store.prefix}/Config/topic`;
  return commitOrThrow(store, freeCommit(`${store.prefix}/Elsewhere`, [[key, value]]));
}

for (const { type } of DRIVERS) {
  describeWithStore(type, `${type}: consumers`, () => {
    test('what is shown reads a record, and watches it', { timeout: 60_000 }, async (context) => {
      const program = PROGRAMS[type] ?? '';
      if (!(await isThere(program))) context.skip(`there is no ${program} here`);
      const place = await createPlace(type);
      const store = await place.connect();
      onTestFinished(async () => {
        await store.close();
        await place.drop();
      });
      await put(store, '{"value":"first"}');
      const [reading, watching] = snippetsOf(type, place);
      if (reading === undefined || watching === undefined) throw new Error(`two for ${type}`);
      const read = run(reading);
      await once(running ?? process, 'close');
      expect(read()).toBe('{"value":"first"}\n');

      const watched = run(watching);
      // A watch may begin after a change: there is a next one.
      let number = 0;
      const isSeen = async () => {
        number += 1;
        await put(store, `{"value":"then ${number}"}`);
        return /"then \d+"/.test(watched());
      };
      await waitFor(isSeen, { what: 'a change to be seen', timeoutMs: 30_000 });
      await put(store, '{"value":"last"}');
      await waitFor(() => watched().includes('{"value":"last"}'), { what: 'the last one' });
    });
  });
}

async function isThere(program: string): Promise<boolean> {
  if (environment === undefined) return false;
  const child = spawn('sh', ['-c', `command -v ${program}`], { env: environment, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return code === 0;
}
