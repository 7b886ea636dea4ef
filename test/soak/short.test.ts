import { expect, inject, test } from 'vitest';
import { waitFor } from '../support/wait.js';
import { faultsFor, runCampaign } from './campaign.js';
import type { Fault } from './faults/fault.js';
import { Journal, Violation } from './journal.js';
import { runNodesSoak } from './nodes/nodes-world.js';
import { Random } from './random.js';
import { etcd } from './stores/etcd.js';
import { redis } from './stores/redis.js';
import type { StoreKind } from './stores/store-kind.js';
import { settleObserver } from './world/quiet.js';
import type { World } from './world/world.js';

const SEED = 20_261_123;
/** What only newer versions can meet takes long. */
const OLDEST_POSTGRES = 15;
const FAULTS_PER_COMPARISON = 6;
const TIMEOUT_MS = 240_000;

/**
 * Every kind of fault once but those of `npm run soak` alone. Those that want a store at rest come
 * last.
 */
function oneOfEach(random: Random): readonly (readonly Fault[])[] {
  const kinds = faultsFor(etcd, 'one', OLDEST_POSTGRES).filter(({ onlyLong }) => onlyLong !== true);
  const [atRest, others] = [true, false].map((quiet) =>
    kinds.filter((fault) => (fault.quiet === true) === quiet),
  );
  const shuffled = random.shuffled(others ?? []);
  const groups: (readonly Fault[])[] = [];
  while (shuffled.length > 0) groups.push(shuffled.splice(0, FAULTS_PER_COMPARISON));
  return [...groups, atRest ?? []];
}

test(
  'the promises hold through one fault of each kind',
  async () => {
    const random = new Random(SEED);
    const journal = new Journal();
    const groups = oneOfEach(random);
    try {
      await runCampaign({ kind: etcd, nodes: 'one', groups, journal, random });
    } catch (error) {
      throw new Error(journal.events.join('\n'), { cause: error });
    }
    expect(journal.counted('faults')).toBe(groups.flat().length);
    expect(journal.counted('checked: whole states, every record')).toBeGreaterThan(0);
    expect(journal.counted('checked: confirmed position')).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

/** The faults of this kind of store with these names. */
function faultsOf(kind: StoreKind, ...names: readonly string[]): readonly Fault[] {
  return kind.faults.filter(({ name }) => names.includes(name));
}

const isMissing = inject('missingServers')['redis'] !== undefined;

test.skipIf(isMissing)(
  'and in a store that loses what it acknowledged',
  async () => {
    const journal = new Journal();
    const names = ['store replica promoted that lacks the last writes', 'store flushed'];
    const groups = [faultsOf(redis, ...names)];
    await runCampaign({ kind: redis, nodes: 'several', groups, journal, random: new Random(SEED) });
    expect(journal.counted('faults')).toBe(names.length);
    expect(journal.counted('checked: whole states, every record')).toBeGreaterThan(0);
  },
  60_000,
);

test(
  'and storage nodes keep in step while their followers are killed',
  async () => {
    const journal = new Journal();
    const only = 'follower killed';
    const random = new Random(SEED);
    try {
      await runNodesSoak({ kind: etcd, faults: 2, only, journal, random });
    } catch (error) {
      throw new Error(journal.events.join('\n'), { cause: error });
    }
    expect(journal.counted('faults')).toBe(2);
    expect(journal.counted('checked: local commits, every record')).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

/** Changes the store as no agent would, without a trace. */
async function meddleSecretly(world: World, key: string, value: string): Promise<void> {
  await world.writers.pause();
  await world.meddle(`${world.keySpace.prefix}${key}`, value);
  const [revision] = world.ours;
  world.ours.clear();
  await waitFor(() => world.observer.revision === revision, { what: 'the observer' });
  await settleObserver(world);
}

test(
  'and they are seen when they are broken',
  async () => {
    const journal = new Journal();
    const random = new Random(SEED);
    await runCampaign({
      ...{ kind: etcd, nodes: 'one', groups: [], journal, random },
      after: async (world) => {
        await meddleSecretly(world, '/Config/generation', '{"id":1,"key":"generation","value":1}');
        expect(() => journal.throwIfViolated()).toThrow(Violation);
        expect(() => journal.throwIfViolated()).toThrow(/^P4: /);
        await world.sql(`SELECT pg_logical_emit_message(true, 'lenkwerk/barrier', 'n')`);
        const settled = async () => {
          await settleObserver(world);
          return journal.events.some((event) => event.includes('VIOLATION P2: '));
        };
        await waitFor(settled, { what: 'a torn state' });
      },
    });
  },
  TIMEOUT_MS,
);
