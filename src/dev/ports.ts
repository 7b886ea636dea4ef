import { once } from 'node:events';
import { createServer } from 'node:net';
import { assert, LenkwerkError } from '../model/errors.js';

/** Where throw-away servers listen. */
export const LOOPBACK = '127.0.0.1';

/** A TCP port of the loopback address that is free now; another process may take it first. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert(typeof address === 'object' && address !== null, 'a TCP server has an address');
  return address.port;
}

const PORT_ATTEMPTS = 5;

/**
 * Calls `start` with a free port, and again as long as it throws a retryable LenkwerkError:
 * between finding a port and using it, another program may take it. Throws what `start` threw.
 */
export async function onFreePort<Result>(
  start: (port: number) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await findFreePort());
    } catch (error) {
      const again = error instanceof LenkwerkError && error.retryable;
      if (!again || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
