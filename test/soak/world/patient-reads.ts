import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { pauseFor } from '../writing/writers.js';

/** How long a read is asked again. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 100;

/** What is read of a store. */
export type StoreReads = Pick<KeyValueStore, 'read' | 'readRange'>;

/**
 * Reads that are asked again while their error may pass: that of a connection to a server which is
 * no primary any more, for example.
 */
export function patientReads(store: KeyValueStore): StoreReads {
  return {
    read: (key) => patiently(() => store.read(key)),
    readRange: (...wanted) => patiently(() => store.readRange(...wanted)),
  };
}

async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof LenkwerkError && error.retryable;
      if (!mayPass || performance.now() > endMs) throw error;
    }
    await pauseFor(PAUSE_MS);
  }
}
