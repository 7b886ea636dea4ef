/** TLS with a server that asks for certificates, as it does by default. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePort } from '../../../../src/dev/ports.js';
import { startZookeeper, type ZookeeperServer } from '../../../../src/dev/stores/zookeeper.js';
import {
  type Authority,
  type CertificateFiles,
  createAuthority,
} from '../../../support/servers/certificates.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { connectToZookeeper, describeWithZookeeper } from '../../../support/zookeeper/store.js';

describeWithZookeeper('TLS', () => {
  let authority: Authority;
  let stranger: Authority;
  let client: CertificateFiles;
  let server: ZookeeperServer;
  let endpoint: string;

  beforeAll(async () => {
    authority = await createAuthority();
    stranger = await createAuthority();
    client = await authority.issue('127.0.0.2');
    const own = await authority.issue('127.0.0.1');
    const store = join(authority.folder, 'server.pem');
    await writeFile(
      store,
      (await readFile(own.keyFile, 'utf8')) + (await readFile(own.certFile, 'utf8')),
    );
    const port = await findFreePort();
    endpoint = `127.0.0.1:${port}`;
    // https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#Quorum+TLS
    const config = [
      `secureClientPort=${port}`,
      'serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory',
      `ssl.keyStore.location=${store}`,
      'ssl.keyStore.type=PEM',
      `ssl.trustStore.location=${authority.caFile}`,
      'ssl.trustStore.type=PEM',
      'authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider',
      'ssl.hostnameVerification=false',
    ];
    server = await startZookeeper({ env: process.env, config });
  });
  afterAll(async () => {
    await server.stop();
    for (const { folder } of [authority, stranger]) await rm(folder, { recursive: true });
  });

  test('reads, commits and watches with the right authority and a certificate', async () => {
    const tls = { caFile: authority.caFile, ...client };
    const store = await connectToZookeeper([endpoint], { tls });
    expect(store.description).toBe(`zookeepers://${endpoint}`);
    expect(await store.serverVersion?.()).toMatch(/^3\.\d+\.\d+$/);
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    await commitOrThrow(store, freeCommit('/g', entries('/t', 500)));
    await watching.receive(2);
    await watching.stop();
    expect((await store.readRange(['/t/'])).records).toHaveLength(500);
    await store.close();
  });

  test('a certificate is a login: what it creates no other client writes', async () => {
    const tls = { caFile: authority.caFile, ...client };
    const acl = [{ rights: 31, scheme: 'auth', id: '' }];
    const store = await connectToZookeeper([endpoint], { tls, acl, prefix: '/own' });
    await commitOrThrow(store, freeCommit('/own', [['/own/a', '1']]));
    const plain = connectToZookeeper([server.endpoint], { prefix: '/own' });
    await expect(plain).rejects.toMatchObject({ code: 'store-rejected' });
    await store.close();
  });

  test('another authority, no certificate and plain text end in a clear failure', async () => {
    const unavailable = { code: 'store-unavailable', retryable: true };
    const trusted = { caFile: authority.caFile };
    for (const tls of [{ caFile: stranger.caFile, ...client }, trusted, undefined]) {
      await expect(connectToZookeeper([endpoint], { tls })).rejects.toMatchObject(unavailable);
    }
    const toPlain = connectToZookeeper([server.endpoint], { tls: trusted });
    await expect(toPlain).rejects.toMatchObject(unavailable);
  });

  test('a certificate file that cannot be read is named', async () => {
    const missing = connectToZookeeper([endpoint], { tls: { caFile: '/nowhere/ca.pem' } });
    await expect(missing).rejects.toMatchObject({ code: 'environment' });
    await expect(missing).rejects.toThrow('/nowhere/ca.pem');
  });
});
