/**
 * TLS is tried against a terminating proxy before etcd, which asks for certificates as etcd does.
 */
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EtcdEndpoints } from '../../../../src/kvstore/etcd/connection/failover.js';
import { readEtcdFacts } from '../../../../src/kvstore/etcd/troubles.js';
import { assert } from '../../../../src/model/errors.js';
import {
  type Authority,
  type CertificateFiles,
  createAuthority,
} from '../../../support/servers/certificates.js';
import { connectTo, etcdSettings } from '../../../support/servers/etcd-store.js';
import { etcdEndpoint, uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';

let authority: Authority;
let stranger: Authority;
const servers: Server[] = [];
const sockets = new Set<TLSSocket>();

beforeAll(async () => {
  authority = await createAuthority();
  stranger = await createAuthority();
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

afterAll(async () => {
  for (const { folder } of [authority, stranger]) await rm(folder, { recursive: true });
});

/** Returns the `https://` address of a TLS server that passes everything on to etcd. */
async function startTls(files: CertificateFiles, requestCert = false): Promise<string> {
  const target = new URL(etcdEndpoint());
  const [cert, key, ca] = await Promise.all(
    [files.certFile, files.keyFile, authority.caFile].map((path) => readFile(path)),
  );
  const server = createServer(
    { cert, key, ca, requestCert, rejectUnauthorized: requestCert, ALPNProtocols: ['h2'] },
    (socket) => {
      sockets.add(socket);
      const upstream = connect(Number(target.port), target.hostname);
      socket.pipe(upstream).pipe(socket);
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
      socket.on('close', () => sockets.delete(socket) && upstream.destroy());
    },
  );
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const address = server.address();
  assert(typeof address === 'object' && address !== null, 'a TCP server has an address');
  return `https://127.0.0.1:${address.port}`;
}

test('reads, commits and watches through TLS with the right authority', async () => {
  const endpoint = await startTls(await authority.issue('127.0.0.1'));
  const store = await connectTo([endpoint], { tls: { caFile: authority.caFile } });
  const prefix = uniquePrefix();
  const watching = new Watching(store, { prefix: `${prefix}/` });
  await watching.receive(1);
  await commitOrThrow(store, freeCommit(`${prefix}!`, entries(prefix, 3)));
  await watching.receive(2);
  await watching.stop();
  expect(store.description).toMatch(/^etcds:/);
  await store.close();
});

test('a client certificate is shown, and missed when it is not', async () => {
  const endpoint = await startTls(await authority.issue('127.0.0.1'), true);
  const client = await authority.issue('127.0.0.1');
  const foreign = await stranger.issue('127.0.0.1');
  const { caFile } = authority;
  const store = await connectTo([endpoint], { tls: { caFile, ...client } });
  expect(await store.read(uniquePrefix())).toBeUndefined();
  await store.close();
  const refused = { code: 'store-unavailable' };
  await expect(connectTo([endpoint], { tls: { caFile } })).rejects.toMatchObject(refused);
  await expect(connectTo([endpoint], { tls: { caFile, ...foreign } })).rejects.toMatchObject(
    refused,
  );
});

test.each([
  ['of a foreign authority', () => stranger.issue('127.0.0.1')],
  ['for another host', () => authority.issue('127.0.0.2')],
  ['that has run out', () => authority.issue('127.0.0.1', -1)],
])('a server certificate %s is refused', async (_, issue) => {
  const endpoint = await startTls(await issue());
  const connecting = connectTo([endpoint], { tls: { caFile: authority.caFile } });
  await expect(connecting).rejects.toMatchObject({ code: 'store-unavailable' });
});

test("the system's authorities do not vouch for a private one", async () => {
  const endpoint = await startTls(await authority.issue('127.0.0.1'));
  const connecting = connectTo([endpoint], { tls: {} });
  await expect(connecting).rejects.toMatchObject({ code: 'store-unavailable' });
});

test('plain text and TLS do not meet', async () => {
  const endpoint = await startTls(await authority.issue('127.0.0.1'));
  const refused = { code: 'store-unavailable' };
  await expect(connectTo([endpoint])).rejects.toMatchObject(refused);
  const tls = { caFile: authority.caFile };
  await expect(connectTo([etcdEndpoint()], { tls })).rejects.toMatchObject(refused);
});

test('a file that cannot be read is named', async () => {
  const connecting = connectTo([etcdEndpoint()], { tls: { caFile: '/nowhere/ca.pem' } });
  await expect(connecting).rejects.toMatchObject({ code: 'environment' });
  await expect(connecting).rejects.toThrow('/nowhere/ca.pem');
});

test('the quota is read through TLS, with the client certificate', async () => {
  const files = await authority.issue('127.0.0.1');
  const endpoint = await startTls(files, true);
  const settings = etcdSettings([endpoint], { tls: { caFile: authority.caFile, ...files } });
  const endpoints = new EtcdEndpoints(settings);
  const { quotaBytes } = await readEtcdFacts(endpoints, `${uniquePrefix()}/a`);
  expect(quotaBytes).toBe(2 * 1024 ** 3);
  endpoints.close();
});
