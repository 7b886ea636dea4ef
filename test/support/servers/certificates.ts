import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../src/dev/run.js';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority that is created by the openssl command line, in a folder of its own. */
export interface Authority {
  readonly folder: string;
  readonly caFile: string;
  /**
   * `address` is what the certificate is valid for; with a negative number of days it has expired.
   */
  issue(address: string, days?: number): Promise<CertificateFiles>;
}

export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-ca-'));
  const caFile = join(folder, 'ca.pem');
  const caKey = join(folder, 'ca-key.pem');
  await openssl(folder, [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' '),
    ...['-subj', '/CN=test authority', '-keyout', caKey, '-out', caFile],
  ]);
  let serial = 0;
  const issue = async (address: string, days = 1) => {
    serial += 1;
    const stem = join(folder, String(serial));
    const [certFile, keyFile] = [`${stem}.pem`, `${stem}-key.pem`];
    const [request, extensions] = [`${stem}.csr`, `${stem}.ext`];
    await writeFile(extensions, `subjectAltName=IP:${address}\n`);
    await openssl(folder, [
      ...'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(' '),
      ...['-subj', `/CN=${address}`, '-keyout', keyFile, '-out', request],
    ]);
    await openssl(folder, [
      ...['x509', '-req', '-in', request, '-CA', caFile, '-CAkey', caKey, '-CAcreateserial'],
      ...['-days', String(days), '-extfile', extensions, '-out', certFile],
    ]);
    return { certFile, keyFile };
  };
  return { folder, caFile, issue };
}

function openssl(cwd: string, args: readonly string[]): Promise<string> {
  return run('openssl', args, { env: process.env, cwd, timeoutMs: 20_000 });
}
