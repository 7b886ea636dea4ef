/** A TCP proxy in front of PostgreSQL that cuts the connection at the client's COMMIT. */
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/** before: the server never hears of the COMMIT. after: the client never hears of its outcome. */
export type Cut = 'before' | 'after';

export interface CommitProxy {
  readonly port: number;
  close(): Promise<void>;
}

// Simple query protocol: Q, length, "COMMIT", NUL.
const COMMIT = Buffer.from('COMMIT\0');

export async function commitProxy(serverPort: number, cut: Cut): Promise<CommitProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    let cutting = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (chunk) => {
      // The answer has come, so the outcome is settled: now the client loses it.
      if (cutting) client.destroy();
      else client.write(chunk);
    });
    client.on('data', (chunk) => {
      cutting = chunk.includes(COMMIT);
      if (cutting && cut === 'before') client.destroy();
      else upstream.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await setImmediate();
    },
  };
}
