/** A watch over a journal: what continues, what was trimmed, and what is another history. */
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../../src/kvstore/journal/entries.js';
import {
  followJournal,
  type JournalPage,
  type JournalSession,
  placeOf,
} from '../../../../src/kvstore/journal/follow.js';
import type { KeyChange, WatchEvent } from '../../../../src/kvstore/store.js';

function entry(revision: bigint, mark = `m${revision}`, key = '/a'): JournalEntry {
  const value = `v${revision}`;
  return { revision, mark, changes: [{ key, value, before: undefined }] };
}

/** A journal in memory that a test changes while the watch waits. */
class Journal implements JournalSession {
  entries: JournalEntry[] = [entry(5n), entry(6n)];
  trimmedUntil = 4n;
  /** What other programs changed; undefined: too much. */
  foreign: KeyChange[] | undefined = [];
  readonly #steps: (() => void)[];
  readonly #stop: AbortController;

  constructor(steps: (() => void)[], stop: AbortController) {
    this.#steps = steps;
    this.#stop = stop;
  }

  get newest(): bigint {
    return this.entries.at(-1)?.revision ?? 1n;
  }

  async listAll(): ReturnType<JournalSession['listAll']> {
    const mark = this.entries.at(-1)?.mark ?? '';
    return { snapshot: { revision: this.newest, records: [] }, mark };
  }

  async readAfter(revision: bigint): Promise<JournalPage> {
    const isEmpty = this.entries.length === 0 && revision === this.newest;
    const found = this.entries.find((one) => one.revision === revision)?.mark;
    const mark = isEmpty ? '' : found;
    const entries = this.entries.filter((one) => one.revision > revision);
    return { mark, trimmedUntil: this.trimmedUntil, newest: this.newest, entries };
  }

  async foreignChanges(): Promise<readonly KeyChange[] | undefined> {
    const found = this.foreign;
    this.foreign = [];
    return found;
  }

  clear(): void {}

  async changed(): Promise<void> {
    const step = this.#steps.shift();
    if (step === undefined) this.#stop.abort();
    else step();
  }
}

/** What a watch reports while the steps are taken, one whenever it waits. */
async function watch(steps: ((journal: Journal) => void)[], after?: bigint): Promise<string[]> {
  const stop = new AbortController();
  const journal: Journal = new Journal(
    steps.map((step) => () => step(journal)),
    stop,
  );
  const options = { prefix: '/a', signal: stop.signal, ...(after !== undefined && { after }) };
  const seen: string[] = [];
  for await (const event of followJournal(journal, placeOf(options), options)) {
    seen.push(describe(event));
  }
  return seen;
}

function describe(event: WatchEvent | undefined): string {
  if (event === undefined) return 'progress';
  return event.kind === 'resync'
    ? `resync ${event.reason} at ${event.snapshot.revision}`
    : `${event.revision}: ${event.changes.map(({ key, value }) => `${key}=${value}`).join()}`;
}

test('it begins with everything, and continues with what follows', async () => {
  const append = (journal: Journal) => void journal.entries.push(entry(7n), entry(8n, 'x', '/b'));
  expect(await watch([append])).toEqual(['resync start at 6', '7: /a=v7', 'progress']);
});

test('it continues after a revision that the journal has', async () => {
  expect(await watch([], 5n)).toEqual(['6: /a=v6']);
});

test('a revision that was trimmed, or that is no revision of this journal, is a gap', async () => {
  expect(await watch([], 3n)).toEqual(['resync trimmed at 6']);
  expect(await watch([], 4n)).toEqual(['resync trimmed at 6']);
  expect(await watch([], 9n)).toEqual(['resync rewound at 6']);
});

test('another entry at the revision that was seen last is another history', async () => {
  const replace = (journal: Journal) => {
    journal.entries = [entry(6n, 'other'), entry(7n)];
  };
  expect(await watch([replace])).toEqual(['resync start at 6', 'resync rewound at 7']);
});

test('a store that was emptied is another history', async () => {
  const flush = (journal: Journal) => {
    journal.entries = [];
    journal.trimmedUntil = 0n;
  };
  expect(await watch([flush])).toEqual(['resync start at 6', 'resync rewound at 1']);
});

test('a journal that does not go on from what was listed is left, for a pause', async () => {
  const stop = new AbortController();
  const journal = new Journal([], stop);
  const options = { prefix: '/a', signal: stop.signal };
  const nothing = async () => {
    const { newest, trimmedUntil } = journal;
    return { mark: undefined, trimmedUntil, newest, entries: [] };
  };
  const events = followJournal(
    Object.assign(journal, { readAfter: nothing }),
    placeOf({}),
    options,
  );
  expect((await events.next()).value).toMatchObject({ kind: 'resync', reason: 'start' });
  await expect(events.next()).rejects.toMatchObject({
    code: 'store-unavailable',
    retryable: true,
  });
});

test('an entry without its changes is a gap', async () => {
  const append = (journal: Journal) => {
    journal.entries.push(entry(7n), { revision: 8n, mark: 'm8', changes: undefined });
  };
  expect(await watch([append])).toEqual(['resync start at 6', '7: /a=v7', 'resync trimmed at 8']);
});

test('what other programs changed is of the newest revision, after everything before it', async () => {
  const change = (journal: Journal) => {
    journal.entries.push(entry(7n));
    journal.foreign = [
      { key: '/a', value: 'foreign' },
      { key: '/b', value: 'elsewhere' },
    ];
  };
  expect(await watch([change])).toEqual(['resync start at 6', '7: /a=v7', '7: /a=foreign']);
});

test('more foreign changes than can be looked at are a gap', async () => {
  const change = (journal: Journal) => {
    journal.foreign = undefined;
  };
  expect(await watch([change])).toEqual(['resync start at 6', 'resync trimmed at 6']);
});
