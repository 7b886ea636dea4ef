/**
 * Many watches of one store in one process: `tsx watching-process.ts KIND URL PREFIX KEY COUNT`.
 * Each has a connection of its own, as each node has. It reports, over the channel to its parent,
 * 0 once all watch, and n once all have seen the n-th change of the key.
 */
import { Etcd3 } from 'etcd3';
import { kvconnect } from '../../../src/kvstore/connect.js';

const [, , kind, url = '', prefix = '', key = '', count = ''] = process.argv;

/** How many watches have seen each number. */
const seen: number[] = [];

const watching = Array.from({ length: Number(count) }, async () => {
  let number = 0;
  const look = () => {
    seen[number] = (seen[number] ?? 0) + 1;
    if (seen[number] === watching.length) process.send?.(number);
    number += 1;
  };
  await (kind === 'bare' ? watchBare(look) : watchWithDriver(look));
});
await Promise.all(watching);

/** Calls back at its start and at each change of the key, as in `watchBare`. */
async function watchWithDriver(look: () => void): Promise<void> {
  const store = await kvconnect({ url: `${url}?prefix=${prefix}` });
  const { signal } = new AbortController();
  for await (const event of store.watch({ prefix: `${prefix}/`, signal })) {
    if (event.kind === 'resync' || event.changes.some((change) => change.key === key)) look();
  }
}

async function watchBare(look: () => void): Promise<void> {
  const client = new Etcd3({ hosts: url.replace('etcd:', 'http:') });
  const watcher = await client.watch().prefix(`${prefix}/`).create();
  look();
  watcher.on('put', (pair) => {
    if (pair.key.toString() === key) look();
  });
}
