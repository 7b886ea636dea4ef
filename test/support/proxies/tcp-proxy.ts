import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { assert } from '../../../src/model/errors.js';

/** A TCP proxy that a test can cut or freeze. */
export interface TcpProxy {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
  /** Closes every connection, after so many more bytes from the server where a number is given. */
  cut(afterBytes?: number): void;
  /** Loses what the server sends, until the next cut. */
  mute(): void;
  /** Holds back every byte, in both directions, while connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Connections that were opened since the start. */
  readonly accepted: number;
  close(): Promise<void>;
}

/** Starts a proxy before the server at `target`, a URL, on a free port. */
export async function startProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;
  let bytesLeft = Number.POSITIVE_INFINITY;
  let frozen = false;
  let muted = false;
  const cutNow = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    bytesLeft = Number.POSITIVE_INFINITY;
    muted = false;
  };
  const server = createServer((client) => {
    accepted += 1;
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('data', (chunk) => {
        if (muted && from === upstream) return;
        to.write(from === upstream ? chunk.subarray(0, bytesLeft) : chunk);
        if (from === upstream) bytesLeft -= chunk.length;
        if (bytesLeft <= 0) setImmediate(cutNow);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (frozen) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null, 'a TCP server has an address');
  const setFrozen = (value: boolean) => {
    frozen = value;
    for (const pair of pairs) for (const socket of pair) value ? socket.pause() : socket.resume();
  };
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    mute: () => {
      muted = true;
    },
    cut(afterBytes) {
      if (afterBytes === undefined) cutNow();
      else bytesLeft = afterBytes;
    },
    freeze: () => setFrozen(true),
    thaw: () => setFrozen(false),
    get accepted() {
      return accepted;
    },
    async close() {
      server.close();
      cutNow();
      await once(server, 'close');
    },
  };
}
