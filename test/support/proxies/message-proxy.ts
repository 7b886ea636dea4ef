/** A TCP proxy in front of PostgreSQL that cuts everything when the n-th message goes through. */
import { connect, createServer, type Socket } from 'node:net';

export interface MessageProxy {
  readonly port: number;
  /** How many pieces the clients have sent so far. */
  readonly messages: () => number;
  readonly close: () => void;
}

/**
 * `onMessage` is called with the number of each piece before it is passed on; false cuts the
 * connection in place of passing it on.
 */
export async function messageProxy(
  serverPort: number,
  onMessage: (count: number) => boolean,
): Promise<MessageProxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      count += 1;
      if (onMessage(count)) upstream.write(chunk);
      else client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    messages: () => count,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
