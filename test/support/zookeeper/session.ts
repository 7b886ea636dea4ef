/** Another client of a ZooKeeper, which knows nothing of the store. */

import type { StoreAuth } from '../../../src/kvstore/host-settings.js';
import { Connection } from '../../../src/kvstore/zookeeper/protocol/connection.js';

/** A session at `127.0.0.1:port`; the caller closes it. */
export function openSession(endpoint: string, login?: StoreAuth): Promise<Connection> {
  const { hostname: host, port } = new URL(`http://${endpoint}`);
  const address = { host, port: Number(port), tls: undefined, login };
  return Connection.open(address, new AbortController().signal);
}

/** The access control list under which every client may do anything. */
export const OPEN_ACL = [{ rights: 31, scheme: 'world', id: 'anyone' }];
