/** Client and server work at the same time. */
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from 'pg';

/**
 * Runs `work`, which computes and does not wait, once the request that gives `answer` is on its way
 * whole, while the server is at it. Returns the answer; throws what the request or `work` throws.
 */
export async function meanwhile<Answer>(
  client: Client,
  answer: Promise<Answer>,
  work: () => void,
): Promise<Answer> {
  const [result] = await Promise.all([answer, sent(client).then(work)]);
  return result;
}

async function sent({ connection: { stream } }: Client): Promise<void> {
  // The library hands the parts of a request to the socket at the end of the turn.
  await nextTurn();
  if (stream.writableNeedDrain) await once(stream, 'drain');
}
