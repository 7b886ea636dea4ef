import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ApplyRequest, apply } from '../../../src/database/apply.js';
import { verifyApplyLog } from '../../../src/database/log/chain.js';
import { listApplyLog } from '../../../src/database/log/list.js';
import { openConnection } from '../../../src/postgres/connection.js';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../support/servers/database-fixture.js';
import { firstServer } from '../../support/settings/first-server.js';
import { newConfig, planOf } from '../../support/states/changes.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

// Simple query protocol: Q, length, "COMMIT", NUL.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
const COMMIT = Buffer.from('COMMIT\0');

let fixture: Fixture;
let proxy: TcpProxy | undefined;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
});
afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  await fixture.close();
});

const request = (overrides: Partial<ApplyRequest> = {}): ApplyRequest => ({
  plan: ({ config }) => planOf(config.length > 0 ? [] : [newConfig('k', '1')]),
  logged: (plan) => ({ plan: JSON.stringify(plan), desired: null }),
  origin: { author: null, gitCommit: null, ci: null },
  reconnect: () => fixture.open(),
  ...overrides,
});

/** Connects through a proxy that cuts before the server gets COMMIT, or before its answer. */
async function throughProxy(cut: 'before' | 'after') {
  const cutting = await TcpProxy.before(
    `http://127.0.0.1:${firstServer(fixture.settings).server.port}`,
  );
  proxy = cutting;
  cutting.decide((chunk) => {
    if (!chunk.includes(COMMIT)) return 'pass';
    if (cut === 'before') return 'cut';
    cutting.cutAfter(0);
    return 'pass';
  });
  return openConnection(firstServer(fixture.settings, { port: proxy.port }), 'test');
}

it('is committed when only the answer to COMMIT was lost', async () => {
  const client = await throughProxy('after');
  const result = await apply(client, request());
  expect(result).toMatchObject({ committed: true, applyId: 1n });
  expect(result.lsn).toBeGreaterThan(0n);
  const log = await listApplyLog(fixture.client, 10);
  expect(log.map(({ uuid }) => uuid)).toEqual([result.uuid]);
});

it('is not committed when COMMIT never arrived', async () => {
  const client = await throughProxy('before');
  await expect(apply(client, request())).rejects.toMatchObject({
    code: 'database-unavailable',
    retryable: true,
    message: expect.stringContaining('nothing was committed'),
  });
  expect(await queryRows(fixture.client, 'SELECT key FROM storage.config')).toEqual([]);
  expect(await listApplyLog(fixture.client, 10)).toEqual([]);
});

it('reports an outcome that cannot be found out', async () => {
  const client = await throughProxy('after');
  const reconnect = () => openConnection(firstServer(fixture.settings, { port: 1 }), 'test');
  await expect(apply(client, request({ reconnect }))).rejects.toMatchObject({
    code: 'inconclusive',
    hint: expect.stringMatching(/[0-9a-f-]{36}/),
  });
});

it('writes nothing when its session is killed while it works', async () => {
  const client = await fixture.open('victim');
  const [[pid] = []] = await queryRows(client, 'SELECT pg_backend_pid()');
  const accept = async () => {
    await fixture.client.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
  };
  await expect(apply(client, request({ accept }))).rejects.toMatchObject({
    code: 'database-unavailable',
  });
  expect(await queryRows(fixture.client, 'SELECT key FROM storage.config')).toEqual([]);
  await expect(apply(fixture.client, request())).resolves.toMatchObject({ committed: true });
  expect(await verifyApplyLog(fixture.client)).toBeUndefined();
});
