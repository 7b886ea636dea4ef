import { linked, unlessAborted } from '../../runtime/async.js';
import type { Revision, WatchEvent, WatchGap, WatchOptions } from '../store.js';
import { keepWatching } from '../watching.js';
import { type EtcdClient, withinTime } from './connection/client.js';
import { storeError } from './connection/errors.js';
import type { EtcdEndpoints } from './connection/failover.js';
import { type KeyRange, prefixRange, readEtcdRange } from './range.js';
import { followRange, type StreamItem } from './watch-stream.js';

/**
 * The watch of store.ts. etcd3's own watcher loses events when a connection breaks while a backlog
 * is being sent, and reports nothing after a compaction; so this uses the stream itself, and
 * continues after the last revision that the consumer received.
 * https://etcd.io/docs/v3.5/learning/api_guarantees/#watch-apis
 */
export async function* watchEtcd(
  endpoints: EtcdEndpoints,
  { prefix, after, signal: given }: WatchOptions,
): AsyncIterable<WatchEvent> {
  const { signal, end } = linked(given, endpoints.closed);
  const place: Place = { history: new History(), after, gap: 'start' };
  const attempt = (failures: number) => follow(endpoints, { prefix, signal, place, failures });
  try {
    yield* keepWatching(attempt, signal);
  } finally {
    end();
  }
}

/** The consumer's position, and the store that it belongs to. */
interface Place {
  readonly history: History;
  after: Revision | undefined;
  /** Why there is nothing to continue after. */
  gap: WatchGap;
}

interface Attempt {
  readonly prefix: string;
  readonly signal: AbortSignal;
  readonly place: Place;
  /** Failed attempts in a row; each uses another endpoint. */
  readonly failures: number;
}

/** One connection, after a listing where there is nothing to continue after. */
async function* follow(
  endpoints: EtcdEndpoints,
  { prefix, signal, place, failures }: Attempt,
): AsyncGenerator<WatchEvent | undefined> {
  if (place.after === undefined) {
    const listing = await unlessAborted(readEtcdRange(endpoints, [prefix]), signal);
    const { revision, records, clusterId } = listing;
    place.history.begin(clusterId);
    yield { kind: 'resync', reason: place.gap, snapshot: { revision, records } };
    place.after = revision;
  }
  // A client of its own: its token and certificates are as new as the attempt, and no failed
  // request elsewhere closes it.
  const client = endpoints.separateClient(failures);
  const position = { prefix, after: place.after, signal };
  for await (const item of itemsAfter(client, place.history, position)) {
    if (item.kind === 'compacted' || item.kind === 'rewound') {
      place.after = undefined;
      place.gap = item.kind === 'compacted' ? 'trimmed' : 'rewound';
      return;
    }
    place.after = item.revision;
    yield item.kind === 'changes' ? item : undefined;
  }
}

/** Checks that the store's history continues, then follows it. Closes the client. */
async function* itemsAfter(
  client: EtcdClient,
  history: History,
  options: WatchOptions & { readonly after: Revision },
): AsyncGenerator<StreamItem | { readonly kind: 'rewound' }> {
  const range = prefixRange(options.prefix);
  try {
    const position = await unlessAborted(readPosition(client, range), options.signal);
    if (history.continues(position, options.after)) yield* followRange(client, range, options);
    else yield { kind: 'rewound' };
  } finally {
    client.close();
  }
}

interface Position {
  readonly clusterId: string;
  readonly revision: Revision;
}

/**
 * The store's current position (linearizable). Reads the same range as the watch, since a watch
 * without permission is cancelled without an error code.
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
 * A store that was restored from a backup has fewer revisions, or another cluster id. A watch that
 * starts beyond its end would report nothing while revisions are assigned again.
 */
class History {
  #clusterId: string | undefined;

  begin(clusterId: string): void {
    this.#clusterId = clusterId;
  }

  continues(position: Position, after: Revision): boolean {
    const same = this.#clusterId === undefined || this.#clusterId === position.clusterId;
    this.#clusterId ??= position.clusterId;
    return same && position.revision >= after;
  }
}
