/**
 * The TLS handshakes of an etcd client. grpc-js closes a connection once it is established: a
 * handshake that the server never answers it leaves open, which keeps a process alive.
 */
import { isIP, type Socket } from 'node:net';
import type { Etcd3 } from 'etcd3';
import type { Host } from 'etcd3/lib/connection-pool.js';

type ChannelCredentials = ConstructorParameters<typeof Host>[1];
type Connector = ReturnType<ChannelCredentials['_createSecureConnector']>;

/** Those of one client, which begin and end with its connections. */
export class Handshakes {
  readonly #open = new Set<Socket>();
  #closed = false;

  /** `pool`: of a client that has sent no request yet. */
  constructor(pool: Etcd3['pool']) {
    const hosts: readonly { channelCredentials: ChannelCredentials }[] = Reflect.get(pool, 'hosts');
    for (const { channelCredentials: credentials } of hosts) {
      const create = credentials._createSecureConnector.bind(credentials);
      credentials._createSecureConnector = (...args) => this.#connector(create(...args));
    }
  }

  /** Ends those that run, and each that begins later. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#open) socket.destroy();
  }

  #connector(connector: Connector): Connector {
    sendNoAddressAsName(connector);
    return {
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
      connect: async (socket) => {
        if (this.#closed) throw new Error('the client was closed');
        this.#open.add(socket);
        try {
          return await connector.connect(socket);
        } finally {
          this.#open.delete(socket);
        }
      },
    };
  }
}

/**
 * A server name is no address (https://datatracker.ietf.org/doc/html/rfc6066#section-3); node
 * compares the certificate with `host` then.
 */
function sendNoAddressAsName(connector: Connector): void {
  const options: { servername?: string } | undefined = Reflect.get(connector, 'connectionOptions');
  if (isIP(options?.servername ?? '') > 0) delete options?.servername;
}
