/** What a server reports of itself, apart from any session. */
import { orTimeout } from '../../../runtime/async.js';
import { openSocket, type ServerAddress } from './socket.js';

const REPORT_TIMEOUT_MS = 3_000;
/** A report has some 200 bytes. */
const MAX_REPORT_BYTES = 64 * 1024;

/** undefined for what the server does not report. */
interface ServerReport {
  /** Such as `3.8.0`. */
  readonly version: string | undefined;
  /** `standalone`, `leader`, `follower` or `observer`. */
  readonly mode: string | undefined;
}

/**
 * Asks by the command `srvr`, the only one that servers allow by default. Throws nothing: what
 * cannot be had is undefined. https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw
 */
export async function readServerReport(address: ServerAddress): Promise<ServerReport> {
  const socket = openSocket(address);
  const text = new Promise<string>((resolve) => {
    let report = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      report += part;
      if (report.length > MAX_REPORT_BYTES) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(report));
    socket.write('srvr');
  });
  const report = await orTimeout(text, REPORT_TIMEOUT_MS, () => new Error('no report')).catch(
    () => '',
  );
  socket.destroy();
  return {
    version: /^Zookeeper version: ([0-9.]+)/m.exec(report)?.[1],
    mode: /^Mode: (\w+)$/m.exec(report)?.[1],
  };
}
