import { Readable } from 'node:stream';
import type { IWatchResponse } from 'etcd3';
import { assert, LenkwerkError } from '../../model/errors.js';
import { Deadline, onAbort } from '../../runtime/async.js';
import { isAcknowledgement } from '../acknowledgements.js';
import type { KeyChange, Revision } from '../store.js';
import { type EtcdClient, REQUEST_TIMEOUT_MS, withinTime } from './connection/client.js';
import { storeError } from './connection/errors.js';
import type { KeyRange } from './range.js';

/** What one watch stream delivers. */
export type StreamItem =
  /** Everything that one revision changed in the range. */
  | {
      readonly kind: 'changes';
      readonly revision: Revision;
      readonly changes: readonly KeyChange[];
    }
  /** Everything up to this revision has been delivered. */
  | { readonly kind: 'progress'; readonly revision: Revision }
  /** The revision after which the stream should continue was compacted. Always the last item. */
  | { readonly kind: 'compacted' };

/**
 * Follows the range after a revision until the stream breaks: it never returns, but throws
 * `store-unavailable` or `store-rejected`. A slow consumer slows the stream down.
 * https://etcd.io/docs/v3.5/learning/api/#watch-api
 */
export async function* followRange(
  client: EtcdClient,
  range: KeyRange,
  position: { readonly after: Revision; readonly signal: AbortSignal },
): AsyncGenerator<StreamItem> {
  const assembler = new RevisionAssembler(position.after);
  for await (const response of responses(client, range, position)) {
    if (response.canceled) {
      if (response.compact_revision !== '0') yield { kind: 'compacted' };
      // A token that expired ends a watch in the same way. The caller's next attempt has a new one,
      // and its request fails with the real reason where that is a lack of permission.
      else throw streamBroken(`cancelled by the server: ${response.cancel_reason}`);
      return;
    }
    yield* assembler.add(response);
  }
  throw streamBroken('ended by the server');
}

async function* responses(
  client: EtcdClient,
  range: KeyRange,
  { after, signal }: { readonly after: Revision; readonly signal: AbortSignal },
): AsyncGenerator<IWatchResponse> {
  const stream = await withinTime(client.leaderWatch.watch(), 'watch').catch((cause) => {
    throw storeError(cause, 'watch');
  });
  assert(stream instanceof Readable, 'a watch stream of grpc-js is a Node stream');
  const cancel = () => stream.cancel();
  const creation = new Deadline(() => REQUEST_TIMEOUT_MS, cancel);
  creation.start();
  const dispose = onAbort(signal, cancel);
  try {
    const start_revision = String(after + 1n);
    const create_request = { ...range, start_revision, progress_notify: true, fragment: true };
    stream.write({ create_request });
    for await (const message of stream) {
      const response: IWatchResponse = message;
      if (response.created) creation.stop();
      yield response;
    }
  } catch (cause) {
    throw storeError(cause, 'watch');
  } finally {
    creation.stop();
    dispose();
    stream.cancel();
  }
}

function streamBroken(why: string): LenkwerkError {
  return new LenkwerkError('store-unavailable', `watch: ${why}`, { retryable: true });
}

/**
 * Puts the events of one revision together. etcd sends events in the order of their revisions;
 * one response may hold many revisions, and one revision may be cut into many fragments, the
 * last of which is marked. https://etcd.io/docs/v3.5/learning/api_guarantees/
 */
export class RevisionAssembler {
  #delivered: Revision;
  #revision: Revision = 0n;
  #changes: KeyChange[] = [];

  /** Revisions up to `delivered` are skipped. */
  constructor(delivered: Revision) {
    this.#delivered = delivered;
  }

  /** The items that are complete with this response, without acknowledgements of nodes. */
  *add(
    response: Pick<IWatchResponse, 'header' | 'created' | 'fragment' | 'events'>,
  ): Generator<StreamItem> {
    for (const { type, kv } of response.events) {
      const key = kv.key.toString();
      if (isAcknowledgement(key)) continue;
      const revision = BigInt(kv.mod_revision);
      if (revision !== this.#revision) yield* this.#finish();
      this.#revision = revision;
      const value = type === 'Delete' ? undefined : kv.value.toString();
      this.#changes.push({ key, value });
    }
    if (response.fragment) return;
    yield* this.#finish();
    if (response.events.length === 0 && !response.created) yield* this.#progress(response);
  }

  *#finish(): Generator<StreamItem> {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length === 0 || this.#revision <= this.#delivered) return;
    this.#delivered = this.#revision;
    yield { kind: 'changes', revision: this.#revision, changes };
  }

  *#progress(response: Pick<IWatchResponse, 'header'>): Generator<StreamItem> {
    const revision = BigInt(response.header.revision);
    if (revision <= this.#delivered) return;
    this.#delivered = revision;
    yield { kind: 'progress', revision };
  }
}
