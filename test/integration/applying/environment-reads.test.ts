/** What is read for an environment is compared first, and so is what runs until it is ended. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { tamper } from '../../support/agents/tamper.js';
import { lenkwerk, type Outcome } from '../../support/cli/command-line.js';
import { type Project, project } from '../../support/cli/project.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';
import { CHECKPOINT } from '../../support/states/checkpoint.js';

let work: Project;
beforeEach(async () => {
  work = await project();
});
afterEach(() => work.close());

function run(env: string, args: readonly string[]): Promise<Outcome> {
  return lenkwerk(['--project', work.file, '--env', env, ...args]);
}

/** A store for staging with one record, and with the checkpoint of this cluster. */
async function publishedBy(cluster: string | undefined): Promise<string> {
  const keySpace = new KeySpace(uniquePrefix());
  const store = await connectTo([etcdEndpoint()]);
  const text = cluster && encodeCheckpoint({ ...CHECKPOINT, cluster });
  const checkpoint = keySpace.checkpointKey('default').slice(keySpace.prefix.length);
  await tamper({ keySpace, store }, { '/Config/a': '"secret of it"', [checkpoint]: text });
  await store.close();
  return `etcd://${new URL(etcdEndpoint()).host}?prefix=${keySpace.prefix}`;
}

/** What the project file has as the cluster of staging. */
function nameStaging(cluster: string): void {
  const text = readFileSync(work.file, 'utf8');
  writeFileSync(work.file, text.replace(/cluster: \S+/, `cluster: ${cluster}`));
}

describe.each([['get', '/Config/a'], ['watch']])('%s', (...args) => {
  test.each(['uuid', 'name'])('shows no store of another cluster than the %s means', async (by) => {
    const store = await publishedBy(work.ids.production);
    await work.environments({ staging: `store: '${store}'` });
    if (by === 'name') nameStaging(work.names.staging);
    const { exitCode, stdout, stderr } = await run('staging', args);
    expect(stderr).toContain(`are of cluster ${work.ids.production}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  });

  test('compares the store that a flag names as well', async () => {
    await work.environments();
    const kv = ['--kv', await publishedBy(work.ids.production)];
    expect(await run('staging', [...args, ...kv])).toMatchObject({ exitCode: 5, stdout: '' });
  });

  test('compares the database where the store shows no cluster', async () => {
    await work.environments({ staging: `store: '${await publishedBy(undefined)}'` });
    const { production } = work.urls;
    const other = await run('staging', [...args, '--db', production]);
    expect(other).toMatchObject({ exitCode: 5, stdout: '' });
  });
});

test('get shows the store of its cluster, for which a uuid needs no database', async () => {
  await work.environments({ staging: `store: '${await publishedBy(work.ids.staging)}'` });
  const get = ['get', '/Config/a'];
  for (const more of [[], ['--db', 'postgres://u@127.0.0.1:1/d']]) {
    expect(await run('staging', [...get, ...more])).toMatchObject({ exitCode: 0, stderr: '' });
  }
  nameStaging(work.names.staging);
  expect(await run('staging', get)).toMatchObject({ exitCode: 0, stderr: '' });
});

test('an agent that is refused did not call itself publishing', async () => {
  await work.environments();
  const { exitCode, stderr } = await run('staging', ['agent', '--db', work.urls.production]);
  expect(exitCode).toBe(5);
  expect(stderr).not.toContain('publishing');
});

test('a database without an identity: init reports how a new cluster begins, and it does', async () => {
  await work.environments();
  const name = uniqueName('fresh');
  const init = ['init', '--create-database', '-d', name];
  const missing = await run('staging', init);
  expect(missing.stderr).toContain(
    `is for cluster ${work.ids.staging}, and there is no database ${name}`,
  );
  expect(missing.stderr).toContain('hint: for a new database write its name as `cluster`');
  nameStaging(name);
  const created = await run('staging', [...init, '--json']);
  expect(created).toMatchObject({ exitCode: 0 });
  nameStaging(JSON.parse(created.stdout).clusterId);
  expect(await run('staging', ['init', '-d', name])).toMatchObject({ exitCode: 0 });
  expect((await run('staging', ['plan', '-d', 'postgres'])).stderr).toContain(
    'the database postgres has not been set up',
  );
  await queryDatabase(work.urls.staging, `DROP DATABASE ${name}`);
});
