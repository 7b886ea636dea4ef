/** What the store of a target says, or why it says nothing; and the slot of its agents. */
import type { StoreSettings } from '../kvstore/settings.js';
import type { KeyValueStore } from '../kvstore/store.js';
import { LenkwerkError } from '../model/errors.js';
import { slotOfTarget } from '../publishing/agent/agent.js';
import { type Checkpoint, decodeCheckpoint } from '../publishing/records/checkpoint.js';
import { KeySpace } from '../publishing/records/key-space.js';
import type { Target } from '../publishing/targets/targets.js';

export type StoreLook =
  | {
      readonly kind: 'reached';
      /** There is something under the checkpoint's key. */
      readonly checkpointExists: boolean;
      /** undefined as well when what is there cannot be read. */
      readonly checkpoint: Checkpoint | undefined;
      readonly limits: KeyValueStore['limits'];
      /** undefined: the driver or the login does not tell. */
      readonly version: string | undefined;
    }
  | { readonly kind: 'failed'; readonly error: LenkwerkError };

export interface SeenTarget {
  readonly target: Target;
  /** undefined: its settings cannot be used. */
  readonly look: StoreLook | undefined;
  /** The checkpoint names the slot of its agents; without one, the slot that they take. */
  readonly slotName: string;
}

/** Never throws LenkwerkError: what fails is part of the answer. */
export function seeTargets(targets: readonly Target[]): Promise<readonly SeenTarget[]> {
  return Promise.all(
    targets.map(async (target) => {
      const look =
        'problem' in target ? undefined : await lookAtStore(target.settings, target.name);
      const checkpoint = look?.kind === 'reached' ? look.checkpoint : undefined;
      return { target, look, slotName: checkpoint?.slot ?? slotOfTarget(target.name) };
    }),
  );
}

async function lookAtStore(settings: StoreSettings, target: string): Promise<StoreLook> {
  try {
    const store = await settings.connect();
    try {
      const stored = await store.read(new KeySpace(settings.prefix).checkpointKey(target));
      const checkpoint = stored === undefined ? undefined : decodeCheckpoint(stored.value);
      const { limits } = store;
      const version = await versionOf(store);
      return {
        kind: 'reached',
        checkpointExists: stored !== undefined,
        checkpoint,
        limits,
        version,
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof LenkwerkError) return { kind: 'failed', error };
    throw error;
  }
}

async function versionOf(store: KeyValueStore): Promise<string | undefined> {
  try {
    return await store.serverVersion?.();
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
