/** Three servers of one ZooKeeper, each of which can be killed, frozen and started again. */
import { connect } from 'node:net';
import { findFreePort } from '../../../src/dev/ports.js';
import { findZookeeper } from '../../../src/dev/programs/zookeeper-program.js';
import { createZookeeper, type ZookeeperServer } from '../../../src/dev/stores/zookeeper.js';
import { waitFor } from '../wait.js';

const MEMBERS = [1, 2, 3];
const MAX_STARTS = 3;
const ASK_TIMEOUT_MS = 1_000;

/** Starts servers that know each other; on other ports when another process took one meanwhile. */
export async function startZookeeperNodes(): Promise<readonly ZookeeperServer[]> {
  for (let starts = 1; ; starts += 1) {
    const nodes = await prepareNodes();
    try {
      await Promise.all(nodes.map((node) => node.start()));
      return nodes;
    } catch (error) {
      await Promise.all(nodes.map((node) => node.stop()));
      if (starts === MAX_STARTS) throw error;
    }
  }
}

async function prepareNodes(): Promise<readonly ZookeeperServer[]> {
  const program = await findZookeeper({ env: process.env });
  const members: string[] = [];
  for (const id of MEMBERS) {
    members.push(`server.${id}=127.0.0.1:${await findFreePort()}:${await findFreePort()}`);
  }
  const config = ['tickTime=500', 'initLimit=20', 'syncLimit=10', ...members];
  const nodes: ZookeeperServer[] = [];
  for (const id of MEMBERS) {
    const port = await findFreePort();
    nodes.push(await createZookeeper({ program, port, id, config }));
  }
  return nodes;
}

/** Waits for the one that leads the others. */
export function leaderOf(nodes: readonly ZookeeperServer[]): Promise<ZookeeperServer> {
  const find = async () => {
    for (const node of nodes) if ((await modeOf(node)) === 'leader') return node;
    return undefined;
  };
  return waitFor(find, { what: 'a leader', timeoutMs: 30_000 });
}

/** https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw */
function modeOf({ endpoint }: ZookeeperServer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const port = Number(new URL(`http://${endpoint}`).port);
    const socket = connect({ host: '127.0.0.1', port, timeout: ASK_TIMEOUT_MS });
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.on('connect', () => socket.write('srvr'));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(/^Mode: (\w+)$/m.exec(answer)?.[1]));
  });
}
