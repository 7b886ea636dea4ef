/** A store whose reads end in time, whatever the driver's own bounds are. */
import type { StoreSettings } from '../../kvstore/settings.js';
import type { KeyValueStore } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { orTimeout } from '../../runtime/async.js';

/** How long a store may take over a read, and over a listing of everything. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** What a connect takes besides: the client library is loaded first. */
const LOADING_MS = 2_000;

/**
 * The same settings; the connect and every read throw `store-unavailable` when they take longer.
 * A commit is bounded by its driver, which knows what an unknown outcome is; a watch by its signal.
 */
export function withReadsWithin(
  settings: StoreSettings,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): StoreSettings {
  const { type, guarantees, prefix, description, places, files } = settings;
  const late = () => noAnswer(settings, timeoutMs);
  return {
    ...{ type, guarantees, prefix, description, places, files },
    connect: async () => {
      const connecting = settings.connect();
      const connected = orTimeout(connecting, timeoutMs + LOADING_MS, late);
      // What comes too late is closed.
      connected.catch(() => connecting.then((store) => store.close()).catch(() => {}));
      return boundedStore(await connected, (work) => orTimeout(work, timeoutMs, late));
    },
  };
}

function boundedStore(
  store: KeyValueStore,
  within: <T>(work: Promise<T>) => Promise<T>,
): KeyValueStore {
  const { serverVersion, troubles } = store;
  return {
    ...(serverVersion && { serverVersion: () => within(serverVersion.call(store)) }),
    ...(troubles && { troubles: () => within(troubles.call(store)) }),
    description: store.description,
    prefix: store.prefix,
    get limits() {
      return store.limits;
    },
    kvread: (key) => within(store.kvread(key)),
    kvwrite: (key, value) => store.kvwrite(key, value),
    kvwatch: (callback, options) => store.kvwatch(callback, options),
    read: (key) => within(store.read(key)),
    readRange: (prefixes, atRevision) => within(store.readRange(prefixes, atRevision)),
    commit: (commit) => store.commit(commit),
    probeRecord: (key, value) => within(store.probeRecord(key, value)),
    prepareAcknowledgements: (target) => store.prepareAcknowledgements(target),
    acknowledge: (target, node, text) => store.acknowledge(target, node, text),
    acknowledgements: (target) => within(store.acknowledgements(target)),
    forgetAcknowledgements: (target, nodes) => store.forgetAcknowledgements(target, nodes),
    watch: (options) => store.watch(options),
    close: () => store.close(),
  };
}

function noAnswer({ description }: StoreSettings, timeoutMs: number): LenkwerkError {
  const message = `the store ${description} did not answer within ${timeoutMs / 1_000} s`;
  return new LenkwerkError('store-unavailable', message, {
    hint: 'is the store stopped or overloaded, or does something on the way drop packets?',
    retryable: true,
  });
}
