/** What of an etcd needs an operator, or soon will. */
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { LenkwerkError } from '../../model/errors.js';
import type { StoreTrouble } from '../store.js';
import { REQUEST_TIMEOUT_MS, readCredentials } from './connection/client.js';
import { isOutOfRange } from './connection/errors.js';
import type { EtcdEndpoints } from './connection/failover.js';

/** Sizes are those of the member that answers. */
export interface EtcdFacts {
  /** Raised by any member, such as `NOSPACE`. */
  readonly alarms: readonly string[];
  /** Of the file. */
  readonly sizeBytes: number;
  readonly inUseBytes: number;
  /** undefined: the member does not report it. */
  readonly quotaBytes: number | undefined;
  readonly revisions: number;
  /** The history was compacted at least once. */
  readonly isCompacted: boolean;
}

const ALARM_HELP: Readonly<Record<string, string>> = {
  NOSPACE:
    'compact and defragment it, or raise --quota-backend-bytes; then run `etcdctl alarm disarm`',
  CORRUPT: 'replace the members whose data differ; then run `etcdctl alarm disarm`',
};
const OTHER_ALARM_HELP = 'see `etcdctl alarm list` and the log of its members';

const NEAR_QUOTA = 0.8;
const LONG_HISTORY = 100_000;
const SMALL_FILE_BYTES = 64 * 1024 ** 2;
const LITTLE_IN_USE = 0.5;

/** The troubles in these facts, worst first. */
export function judgeEtcd(facts: EtcdFacts): readonly StoreTrouble[] {
  return [...alarmTroubles(facts), ...spaceTroubles(facts), ...historyTroubles(facts)];
}

/** https://etcd.io/docs/v3.5/op-guide/maintenance/ */
function alarmTroubles({ alarms }: EtcdFacts): readonly StoreTrouble[] {
  return [...new Set(alarms)].map((alarm) => ({
    kind: 'alarm',
    level: 'fail',
    message: `etcd has raised the alarm ${alarm}`,
    help: ALARM_HELP[alarm] ?? OTHER_ALARM_HELP,
  }));
}

function spaceTroubles(facts: EtcdFacts): readonly StoreTrouble[] {
  const { alarms, sizeBytes, inUseBytes, quotaBytes } = facts;
  if (quotaBytes !== undefined && sizeBytes >= quotaBytes * NEAR_QUOTA) {
    // The alarm names what helps.
    if (alarms.includes('NOSPACE')) return [];
    const message = `etcd holds ${sizeBytes} bytes; its quota is ${quotaBytes}, and beyond it takes no writes`;
    return [warning('space', message, 'compact and defragment it, or raise --quota-backend-bytes')];
  }
  if (sizeBytes < SMALL_FILE_BYTES || inUseBytes >= sizeBytes * LITTLE_IN_USE) return [];
  const message = `etcd uses ${inUseBytes} of the ${sizeBytes} bytes of its file`;
  return [warning('space', message, 'defragment it, one member after the other')];
}

function historyTroubles({ revisions, isCompacted }: EtcdFacts): readonly StoreTrouble[] {
  if (isCompacted || revisions < LONG_HISTORY) return [];
  const message = `etcd keeps all ${revisions} revisions of its history: no compaction has run`;
  const help = 'start it with --auto-compaction-retention, such as 1h';
  return [warning('history', message, help)];
}

function warning(kind: StoreTrouble['kind'], message: string, help: string): StoreTrouble {
  return { kind, level: 'warn', message, help };
}

/** Throws as EtcdEndpoints.anywhere does. */
export async function readEtcdFacts(endpoints: EtcdEndpoints, key: string): Promise<EtcdFacts> {
  const { alarms } = await endpoints.anywhere('read the alarms', (client) =>
    client.maintenance.alarm({ action: 'Get' }),
  );
  const status = await endpoints.anywhere('read the status', (client) =>
    client.maintenance.status(),
  );
  return {
    alarms: alarms.map(({ alarm }) => alarm.toUpperCase()),
    sizeBytes: Number(status.dbSize),
    inUseBytes: Number(status.dbSizeInUse),
    quotaBytes: await readQuota(endpoints),
    revisions: Number(status.header.revision),
    isCompacted: await isCompacted(endpoints, key),
  };
}

/** The first revision can be read until a compaction. */
async function isCompacted(endpoints: EtcdEndpoints, key: string): Promise<boolean> {
  const request = { key: Buffer.from(key), revision: '1', count_only: true };
  try {
    await endpoints.anywhere('read the history', (client) => client.kv.range(request));
    return false;
  } catch (error) {
    if (error instanceof LenkwerkError && isOutOfRange(error.cause)) return true;
    throw error;
  }
}

// The quota: of etcd's interfaces only its metrics have it before version 3.6.

const QUOTA = /^etcd_server_quota_backend_bytes (\S+)$/m;
/** Metrics have some 150 kB. */
const MAX_METRICS_BYTES = 4 * 1024 ** 2;

/** undefined where the member serves no metrics at the address for clients. */
async function readQuota(endpoints: EtcdEndpoints): Promise<number | undefined> {
  const text = await readMetrics(endpoints).catch(() => '');
  const quota = Number(QUOTA.exec(text)?.[1]);
  return quota > 0 ? quota : undefined;
}

function readMetrics({ settings, endpoint }: EtcdEndpoints): Promise<string> {
  const { tls } = settings;
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_METRICS_BYTES) response.destroy(new Error('it is too long'));
      });
      response.on('error', reject).on('end', () => resolve(text));
    };
    const path = `${endpoint}/metrics`;
    const request =
      tls === undefined
        ? getPlain(`http://${path}`, { signal }, answered)
        : getSecure(`https://${path}`, { ...pemOptions(readCredentials(tls)), signal }, answered);
    request.on('error', reject);
  });
}

function pemOptions({
  rootCertificate,
  certChain,
  privateKey,
}: ReturnType<typeof readCredentials>) {
  return { ca: rootCertificate, cert: certChain, key: privateKey };
}
