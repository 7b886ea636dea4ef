/** One agent whose targets are stores of every kind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../../src/dev/postgres.js';
import { DRIVERS } from '../../../../src/kvstore/drivers.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { tamper } from '../../../support/agents/tamper.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { uniqueName } from '../../../support/servers/servers.js';
import { createPlace, type StorePlace } from '../../../support/store-contract/places.js';
import { waitFor } from '../../../support/wait.js';

interface KindOfTarget {
  readonly type: string;
  readonly name: string;
  readonly place: StorePlace;
}

/** Of the kinds whose servers are there. */
async function createTargets(): Promise<readonly KindOfTarget[]> {
  const types = DRIVERS.map(({ type }) => type).filter((type) => !inject('missingServers')[type]);
  return Promise.all(
    types.map(async (type) => ({ type, name: uniqueName(type), place: await createPlace(type) })),
  );
}

/** The URL of a place as a database records it. */
function recorded({ type, place }: KindOfTarget) {
  const { hostname: host, port, username, pathname, searchParams } = new URL(place.url);
  const config = { host, port: Number(port), prefix: searchParams.get('prefix') };
  if (type === 'postgres') return { ...config, user: username, dbname: pathname.slice(1) };
  return type === 'zookeeper' ? { ...config, chroot: pathname } : config;
}

/** The agent has prepared the store for what nodes acknowledge. */
async function acknowledge({ name, place }: KindOfTarget): Promise<void> {
  const store = await place.connect();
  const isTaken = () => store.acknowledge(name, 'node_5432', 'in step').then(() => true);
  await waitFor(isTaken, { what: 'a place for acknowledgements' });
  expect((await store.acknowledgements(name)).byNode).toEqual(new Map([['node_5432', 'in step']]));
  await store.close();
}

async function differ({ place }: KindOfTarget): Promise<void> {
  const store = await place.connect();
  await tamper({ store, keySpace: new KeySpace(store.prefix) }, { '/Config/topic': '{}' });
  await store.close();
}

test('every kind of store is published to, compared and repaired beside the others', {
  timeout: 90_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-kinds-'));
  // New slots wait for the transactions of the whole server, those of other tests too.
  const postgres = await startPostgres({ env: process.env, fsync: false });
  const targets = await createTargets();
  const stop = new AbortController();
  const run = (...args: readonly string[]) =>
    lenkwerk([...args, '--db', postgres.url('postgres')], { signal: stop.signal });
  await run('init');
  const manifest = async (topic: string) => {
    const path = join(folder, 'cluster.yaml');
    const kvstores = targets.map((each) => [
      each.name,
      { type: each.type, config: recorded(each) },
    ]);
    const config = { topic, kvstores: Object.fromEntries(kvstores) };
    const document = { apiVersion: 'lenkwerk/v1', kind: 'Cluster', config };
    await writeFile(path, JSON.stringify(document));
    return path;
  };
  await run('apply', await manifest('first'), '--auto-approve');
  const agent = run('agent');
  onTestFinished(async () => {
    stop.abort();
    await agent;
    for (const { place } of targets) await place.drop();
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  const path = await manifest('second');
  const applied = await run('apply', path, '--auto-approve', '--wait', '--timeout', '60');
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  for (const { name } of targets) {
    const got = await run('get', '/Config/topic', '--target', name);
    expect(got.stdout).toContain('second');
  }
  await Promise.all(targets.map(acknowledge));
  await Promise.all(targets.map(differ));
  const verdicts = async (...flags: readonly string[]) => {
    const { stdout } = await run('verify', path, '--json', '--timeout', '60', ...flags);
    const { targets: reports }: Report = JSON.parse(stdout);
    return reports.map(({ target, verdict, repaired }) => {
      return { target, verdict, repaired: repaired?.length };
    });
  };
  const every = (verdict: string, repaired?: number) =>
    targets.map(({ name: target }) => ({ target, verdict, repaired }));
  expect(await verdicts()).toEqual(every('diverged'));
  expect(await verdicts('--repair')).toEqual(every('converged', 1));
});

interface Report {
  readonly targets: readonly {
    readonly target: string;
    readonly verdict: string;
    readonly repaired?: readonly unknown[];
  }[];
}
