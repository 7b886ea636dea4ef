import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy before a server that can fall silent, lose replies or hang up. */
export class CutProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #swallowedBytes = 0;
  #mode: 'open' | 'frozen' | 'requests-only' = 'open';

  constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    server.on('connection', (client) => {
      const upstream = connect(target);
      this.#join(client, upstream, () => this.#mode !== 'frozen');
      this.#join(upstream, client, () => this.#mode === 'open');
    });
  }

  /** Listens on a free port, before the server of a URL. */
  static async to(serverUrl: string): Promise<CutProxy> {
    const { hostname, port } = new URL(serverUrl);
    const server = createServer();
    const proxy = new CutProxy(server, { host: hostname, port: Number(port) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** What did not get through so far, in either direction. */
  get swallowedBytes(): number {
    return this.#swallowedBytes;
  }

  /** From now on nothing gets through, and nobody is told. */
  freeze(): void {
    this.#mode = 'frozen';
  }

  /** From now on the server hears everything, and nobody hears the server. */
  loseReplies(): void {
    this.#mode = 'requests-only';
  }

  /** Lets new bytes through again; what was swallowed is lost, so old connections are cut. */
  thaw(): void {
    this.cut();
    this.#mode = 'open';
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(from: Socket, to: Socket, passes: () => boolean): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (passes()) to.write(chunk);
      else this.#swallowedBytes += chunk.length;
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
