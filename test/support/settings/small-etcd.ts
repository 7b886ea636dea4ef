/** An etcd that runs out of space, and what an operator does about it. */
import { type EtcdServer, startEtcd } from '../../../src/dev/stores/etcd.js';

type Etcd = Pick<EtcdServer, 'endpoint'>;

const REQUEST_TIMEOUT_MS = 60_000;

export const QUOTA_BYTES = 2_000_000;

export function startSmallEtcd(): Promise<EtcdServer> {
  return startEtcd({ env: process.env, args: [`--quota-backend-bytes=${QUOTA_BYTES}`] });
}

/** Calls etcd's JSON gateway. */
async function request(
  { endpoint }: Etcd,
  path: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const url = `${endpoint}/v3/${path}`;
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** Forgets all revisions before the present one. */
export async function compact(etcd: Etcd): Promise<void> {
  const answer = await request(etcd, 'kv/range', { key: 'AA==' });
  const revision = /"revision":"(\d+)"/.exec(answer)?.[1];
  await request(etcd, 'kv/compaction', { revision, physical: true });
}

export async function isFull(etcd: Etcd): Promise<boolean> {
  return (await request(etcd, 'maintenance/alarm')).includes('NOSPACE');
}

/** Returns freed space to the file. */
export async function defragment(etcd: Etcd): Promise<void> {
  await request(etcd, 'maintenance/defragment');
}

/** As a member does whose data differ from the others'. */
export async function raiseCorrupt(etcd: Etcd): Promise<void> {
  const [, memberID] = /"member_id":"(\d+)"/.exec(await request(etcd, 'maintenance/status')) ?? [];
  await request(etcd, 'maintenance/alarm', { action: 'ACTIVATE', memberID, alarm: 'CORRUPT' });
}

/** As long as the alarm stands etcd refuses, however much space it has. */
export async function disarm(etcd: Etcd): Promise<void> {
  const [, memberID] = /"memberID":"(\d+)"/.exec(await request(etcd, 'maintenance/alarm')) ?? [];
  const alarm = { action: 'DEACTIVATE', memberID, alarm: 'NOSPACE' };
  await request(etcd, 'maintenance/alarm', alarm);
}
