/** Listings that overlap with commits, and the journal that corrects them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type JournalChange,
  type JournalEntry,
  neededAfter,
  snapshotOf,
} from '../../../../src/kvstore/journal/entries.js';
import type { StoredRecord, StoredValue } from '../../../../src/kvstore/store.js';

type State = ReadonlyMap<string, StoredValue>;

/** A store whose every state is remembered. */
class History {
  readonly states: State[] = [new Map()];
  readonly entries: JournalEntry[] = [];

  get newest(): bigint {
    return BigInt(this.entries.length);
  }

  get now(): State {
    return this.states.at(-1) ?? new Map();
  }

  commit(changes: ReadonlyMap<string, string | undefined>): void {
    const revision = this.newest + 1n;
    const next = new Map(this.now);
    const logged: JournalChange[] = [...changes].map(([key, value]) => {
      return { key, value, before: this.now.get(key) };
    });
    for (const [key, value] of changes) {
      if (value === undefined) next.delete(key);
      else next.set(key, { value, modRevision: revision });
    }
    this.states.push(next);
    this.entries.push({ revision, mark: String(revision), changes: logged });
  }
}

const KEYS = ['/a/1', '/a/2', '/a/\u{ff5e}', '/a/\u{1f600}', '/b/1', '/c'];
const PREFIXES = ['/a/', '/c'];

const commits = fc
  .array(fc.tuple(fc.constantFrom(...KEYS), fc.option(fc.string({ maxLength: 2 }))), {
    minLength: 1,
    maxLength: 4,
  })
  .map((changes) => new Map(changes.map(([key, value]) => [key, value ?? undefined])));

function expected(state: State, revision: bigint) {
  const records = [...state]
    .filter(([key]) => PREFIXES.some((prefix) => key.startsWith(prefix)))
    .map(([key, stored]) => ({ key, ...stored }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return { revision, records };
}

test('pages that were read while others committed become the snapshot of any revision', () => {
  const scenario = fc.record({
    before: fc.array(commits, { maxLength: 4 }),
    // One page after each of them.
    during: fc.array(commits, { maxLength: KEYS.length - 1 }),
    order: fc.shuffledSubarray(KEYS, { minLength: KEYS.length }),
    at: fc.option(fc.nat({ max: 10 })),
  });
  fc.assert(
    fc.property(scenario, ({ before, during, order, at }) => {
      const history = new History();
      for (const changes of before) history.commit(changes);
      const begin = history.newest;
      const records: StoredRecord[] = [];
      for (const [position, key] of order.entries()) {
        const stored = history.now.get(key);
        if (stored !== undefined) records.push({ key, ...stored });
        const changes = during[position];
        if (changes !== undefined) history.commit(changes);
      }
      const end = history.newest;
      const atRevision = at === null ? undefined : BigInt(at) % (end + 1n);
      const wanted = { prefixes: PREFIXES, atRevision };
      const needed = neededAfter({ begin }, wanted);
      const entries = history.entries.filter(({ revision }) => revision > needed);
      const revision = atRevision ?? end;
      const state = history.states[Number(revision)] ?? new Map();
      const snapshot = snapshotOf({ begin, records, end }, entries, wanted);
      expect(snapshot).toEqual(expected(state, revision));
    }),
    { numRuns: 2_000 },
  );
});

test('an entry without its changes leaves the question open', () => {
  const entries = [{ revision: 2n, mark: 'm', changes: undefined }];
  const listing = { begin: 1n, records: [], end: 2n };
  const list = () => snapshotOf(listing, entries, { prefixes: [''], atRevision: undefined });
  expect(list).toThrow('the changes of revision 2 were too large to be kept');
});
