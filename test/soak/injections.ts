/** Differences that another client could make in the store, and how verify has to report each. */
import type { KeyValueStore } from '../../src/kvstore/store.js';
import type { KeySpace } from '../../src/publishing/records/key-space.js';
import type { DifferenceKind } from '../../src/verifying/compare.js';
import type { Random } from './random.js';

/** Whole keys to what they are to hold; undefined: deleted. */
type Injected = ReadonlyMap<string, string | undefined>;

interface Injection {
  readonly name: string;
  /** `kind key`, sorted. */
  readonly expected: readonly string[];
  readonly changes: Injected;
}

/** Keys that no writer touches, with what they hold and what they held before. */
export interface StillRecord {
  readonly key: string;
  readonly value: string;
  readonly former: string;
}

export const KINDS = ['missing', 'stray', 'one bit', 'swapped', 'old value'] as const;
type Kind = (typeof KINDS)[number];

/** One difference; `records` are used up, so that several can be injected together. */
export function inject(kind: Kind, records: StillRecord[], context: InjectionContext): Injection {
  const take = () => {
    const record = records.pop();
    if (record === undefined) throw new Error('no record is left');
    return record;
  };
  const { random, keySpace } = context;
  switch (kind) {
    case 'missing':
      return injection(kind, 'missing', [[take().key, undefined]]);
    case 'stray': {
      const table = random.pick(['/Config/', '/PostgresInstance/x/', '/Dimension/', '/Index/']);
      const key = `${keySpace.prefix}${table}9${random.between(1_000_000, 9_999_999)}`;
      return injection(kind, 'stray', [[key, '{"id":1}']]);
    }
    case 'one bit': {
      const { key, value } = take();
      return injection(kind, 'altered', [[key, flipBit(value, random)]]);
    }
    case 'swapped': {
      const [a, b] = [take(), take()];
      return injection(kind, 'altered', [
        [a.key, b.value],
        [b.key, a.value],
      ]);
    }
    case 'old value': {
      const { key, former } = take();
      return injection(kind, 'altered', [[key, former]]);
    }
  }
}

interface InjectionContext {
  readonly random: Random;
  readonly keySpace: KeySpace;
}

function injection(
  name: string,
  kind: DifferenceKind,
  changes: readonly (readonly [string, string | undefined])[],
): Injection {
  return {
    name,
    expected: changes.map(([key]) => `${kind} ${key}`),
    changes: new Map(changes),
  };
}

/** The lowest bit of one character: it stays one byte of UTF-8. */
export function flipBit(text: string, random: Random): string {
  const bytes = Buffer.from(text);
  const at = random.between(0, bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString();
}

/** Writes past the agents, in one revision. */
export async function meddle(
  store: KeyValueStore,
  changes: Injected,
  guardKey: string,
): Promise<void> {
  const puts = new Map<string, string>();
  const deletes = new Set<string>();
  for (const [key, value] of changes) {
    if (value === undefined) deletes.add(key);
    else puts.set(key, value);
  }
  const guard = { key: guardKey, expected: undefined, value: '' };
  const { kind } = await store.commit({ puts, deletes, guard });
  if (kind === 'conflict') throw new Error('the guard was in use');
}
