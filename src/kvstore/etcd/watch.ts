import { LenkwerkError } from '../../model/errors.js';
import { pauseAfter, unlessAborted } from '../../runtime/async.js';
import type { Revision, WatchEvent, WatchOptions } from '../store.js';
import { type EtcdClient, withinTime } from './client.js';
import { storeError } from './errors.js';
import type { EtcdEndpoints } from './failover.js';
import { type KeyRange, prefixRange, readEtcdRange } from './range.js';
import { followRange, type StreamItem } from './watch-stream.js';

/**
 * The watch of store.ts. etcd3's own watcher loses events when a connection breaks while a
 * backlog is being sent, and stays silent after a compaction; so this works on the bare stream,
 * and goes on after the last revision that was handed to the consumer.
 */
export async function* watchEtcd(
  endpoints: EtcdEndpoints,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const signal = AbortSignal.any([options.signal, endpoints.closed]);
  const history = new History();
  let { after } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (after === undefined) {
        const listing = await unlessAborted(readEtcdRange(endpoints, options.prefix), signal);
        const { revision, records, clusterId } = listing;
        history.begin(clusterId);
        yield { kind: 'resync', snapshot: { revision, records } };
        after = revision;
      }
      // A client of its own: its token and certificates are as new as the attempt, and no failed
      // request elsewhere closes it.
      const client = endpoints.separateClient(failures);
      for await (const item of attempt(client, history, { ...options, after, signal })) {
        if (item.kind === 'compacted') {
          after = undefined;
          break;
        }
        failures = 0;
        after = item.revision;
        if (item.kind === 'changes') yield item;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LenkwerkError) || !error.retryable) throw error;
    }
    failures += 1;
    await pauseAfter(failures, signal);
  }
}

/** One connection, from making sure that the store's history goes on to its end. */
async function* attempt(
  client: EtcdClient,
  history: History,
  options: WatchOptions & { readonly after: Revision },
): AsyncGenerator<StreamItem> {
  const range = prefixRange(options.prefix);
  try {
    const position = await unlessAborted(readPosition(client, range), options.signal);
    if (history.goesOn(position, options.after)) yield* followRange(client, range, options);
    else yield { kind: 'compacted' };
  } finally {
    client.close();
  }
}

interface Position {
  readonly clusterId: string;
  readonly revision: Revision;
}

/**
 * Where the store is now (linearizable). Asks for the same range as the watch, since a watch
 * that may not read is cancelled without an error code.
 */
async function readPosition(client: EtcdClient, range: KeyRange): Promise<Position> {
  const request = { ...range, limit: 1, keys_only: true };
  try {
    const { header } = await withinTime(client.kv.range(request), 'watch');
    return { clusterId: header.cluster_id, revision: BigInt(header.revision) };
  } catch (cause) {
    throw storeError(cause, 'watch');
  }
}

/**
 * A store that was restored from a backup has fewer revisions, or another cluster id. A watch
 * that starts beyond its end would wait without a word while revisions are given out again.
 */
class History {
  #clusterId: string | undefined;

  begin(clusterId: string): void {
    this.#clusterId = clusterId;
  }

  goesOn(position: Position, after: Revision): boolean {
    const same = this.#clusterId === undefined || this.#clusterId === position.clusterId;
    this.#clusterId ??= position.clusterId;
    return same && position.revision >= after;
  }
}
