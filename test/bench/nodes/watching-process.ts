/**
 * Many watches of one store in one process: `tsx watching-process.ts KIND URL PREFIX KEY COUNT`.
 * Each has a connection of its own, as each node has. It reports, over the channel to its parent,
 * 0 once all watch, and n once all have seen the n-th change of the key.
 */
import { Etcd3 } from 'etcd3';
import { kvconnect } from '../../../src/kvstore/connect.js';
import type { WatchEvent } from '../../../src/kvstore/store.js';

const [, , kind, url = '', prefix = '', key = '', count = ''] = process.argv;
/** Watches that begin at the same time. */
const AT_ONCE = 10;

/** How many watches have seen each number. */
const seen: number[] = [];
const begin = kind === 'bare' ? watchBare : watchWithDriver;
for (let begun = 0; begun < Number(count); begun += AT_ONCE) {
  const next = Math.min(AT_ONCE, Number(count) - begun);
  await Promise.all(Array.from({ length: next }, () => begin(counter())));
}

/** To be called by one watch at its start, and at each change of the key. */
function counter(): () => void {
  let number = 0;
  return () => {
    seen[number] = (seen[number] ?? 0) + 1;
    if (seen[number] === Number(count)) process.send?.(number);
    number += 1;
  };
}

async function watchWithDriver(look: () => void): Promise<void> {
  const store = await kvconnect({ url: `${url}?prefix=${prefix}` });
  const { signal } = new AbortController();
  const watch = store.watch({ prefix: `${prefix}/`, signal });
  const events: AsyncIterator<WatchEvent, undefined> = watch[Symbol.asyncIterator]();
  await events.next();
  look();
  void (async () => {
    for (;;) {
      const { value } = await events.next();
      if (value?.kind === 'changes' && value.changes.some((one) => one.key === key)) look();
    }
  })();
}

async function watchBare(look: () => void): Promise<void> {
  const client = new Etcd3({ hosts: url.replace('etcd:', 'http:') });
  const watcher = await client.watch().prefix(`${prefix}/`).create();
  look();
  watcher.on('put', (pair) => {
    if (pair.key.toString() === key) look();
  });
}
