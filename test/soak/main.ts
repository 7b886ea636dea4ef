/**
 * `npm run soak -- [--seed N] [--faults N] [--minutes N] [--only TEXT] [--nodes one|several]
 * [--store TYPE] [--measure] [--verbose]`: holds the agents' promises against faults. `npm run soak
 * -- verify [--seed N] [--store TYPE] [--verifies N] [--differences N]`: holds verify against a
 * moving cluster. `npm run soak -- nodes [--seed N] [--faults N] [--only TEXT] [--store TYPE]`:
 * holds storage nodes against faults. `npm run soak -- fuzz [--minutes N] [--seed N]`: holds the
 * readers of what comes from outside against whatever that may be. `--postgres MAJOR` and `--etcd
 * VERSION`: on those instead of what this machine has. Exit 1 on the first violation, with what
 * happened before it.
 */
import { parseArgs } from 'node:util';
import { FUZZ_PROPERTIES } from '../support/fuzz/all-properties.js';
import { chooseServers } from '../support/settings/versions.js';
import { faultsFor, randomGroups, runCampaign } from './campaign.js';
import type { Fault } from './faults/fault.js';
import { Journal } from './journal.js';
import { runNodesSoak } from './nodes/nodes-world.js';
import { Random } from './random.js';
import { kindOf } from './stores/kinds.js';
import type { NodeCount } from './stores/servers.js';
import { runVerifySoak } from './verify.js';
import { measurements } from './world/measurements.js';

const DEFAULT_FAULTS = 220;
const DEFAULT_NODE_FAULTS = 100;
const DEFAULT_FUZZ_MINUTES = 10;
/** The share of faults that a store of several nodes sees, where there is one. */
const SEVERAL_SHARE = 0.25;
/** One property's share of a round. */
const SLICE_MS = 3_000;
const RUNS_OF_A_SLICE = 1_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    faults: { type: 'string' },
    minutes: { type: 'string' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    nodes: { type: 'string' },
    measure: { type: 'boolean', default: false },
    verifies: { type: 'string', default: '2000' },
    differences: { type: 'string', default: '500' },
    postgres: { type: 'string' },
    etcd: { type: 'string' },
    store: { type: 'string', default: 'etcd' },
  },
});

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const kind = kindOf(values.store);
const total = Number(
  values.faults ?? (positionals[0] === 'nodes' ? DEFAULT_NODE_FAULTS : DEFAULT_FAULTS),
);
const random = new Random(seed);
const journal = new Journal(values.verbose ? (line) => console.error(line) : undefined);
const startMs = performance.now();
const defaultMinutes = positionals[0] === 'fuzz' ? DEFAULT_FUZZ_MINUTES : Number.POSITIVE_INFINITY;
const deadlineMs = startMs + Number(values.minutes ?? defaultMinutes) * 60_000;

/** All drawn at once, from the seed alone: what a fault draws depends on what it meets. */
function drawGroups(
  nodes: NodeCount,
  faults: number,
  postgresMajor: number,
): readonly (readonly Fault[])[] {
  const only = values.only;
  const kinds = faultsFor(kind, nodes, postgresMajor).filter(
    ({ name }) => only === undefined || name.includes(only),
  );
  return kinds.length === 0 ? [] : [...randomGroups(kinds, faults, random.fork())];
}

/** Ends at the deadline. */
function* inTime(
  nodes: NodeCount,
  groups: readonly (readonly Fault[])[],
): Generator<readonly Fault[]> {
  let inflicted = 0;
  for (const group of groups) {
    if (performance.now() > deadlineMs) return;
    yield group;
    inflicted += group.length;
    const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
    const faults = groups.flat().length;
    console.log(
      `${minutes} min, ${nodes} ${kind.type}: ${inflicted} of ${faults} faults, all compared`,
    );
  }
}

// The agents and servers go with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
console.log(`seed ${seed}`);
/**
 * Tries the properties of what comes from outside, over and over, each time with other inputs, and
 * prints how often each was tried. Throws the first counterexample.
 */
function runFuzzSoak(): void {
  const runs = new Map(FUZZ_PROPERTIES.map(({ name }) => [name, 0]));
  let round = 0;
  try {
    do {
      for (const property of FUZZ_PROPERTIES) {
        const effort = { seed: (seed + round) | 0, numRuns: RUNS_OF_A_SLICE, limitMs: SLICE_MS };
        runs.set(property.name, (runs.get(property.name) ?? 0) + property.hold(effort));
      }
      round += 1;
    } while (performance.now() < deadlineMs);
  } finally {
    for (const [name, count] of runs) console.log(`${count} runs: ${name}`);
  }
}

/** What the command line asks for, to the end. */
async function run(): Promise<void> {
  if (positionals[0] === 'fuzz') {
    runFuzzSoak();
    return;
  }
  if (positionals[0] === 'verify') {
    const [verifies, differences] = [Number(values.verifies), Number(values.differences)];
    const pace = { commitsPerSecond: 200, faultIntervalMs: 4_000 };
    await runVerifySoak({ kind, verifies, differences, ...pace, journal, random });
    return;
  }
  if (positionals[0] === 'nodes') {
    await runNodesSoak({ kind, faults: total, only: values.only, journal, random });
    return;
  }
  const servers = await chooseServers(
    { postgres: values.postgres, etcd: values.etcd },
    process.env,
  );
  Object.assign(process.env, servers.env);
  const major = servers.postgresMajor;
  const store = kind.type === 'etcd' ? `etcd ${servers.etcdVersion}` : kind.type;
  console.log(`PostgreSQL ${major}, store ${store}`);
  const share = shareOfSeveral();
  const onSeveral = Math.round(total * share);
  const one = drawGroups('one', total - onSeveral, major);
  const several = drawGroups('several', onSeveral, major);
  const campaign = { kind, journal, random };
  const after = values.measure ? { after: measurements } : {};
  if (share < 1) {
    await runCampaign({ ...campaign, ...after, nodes: 'one', groups: inTime('one', one) });
  }
  if (share > 0) {
    await runCampaign({ ...campaign, nodes: 'several', groups: inTime('several', several) });
  }
}

function shareOfSeveral(): number {
  if (!kind.counts.includes('several')) return 0;
  return values.nodes === undefined ? SEVERAL_SHARE : Number(values.nodes === 'several');
}

/** What the command line has to hold to repeat this run, but for the seed. */
function sizeOfRun(): string {
  const { verifies, differences } = values;
  if (positionals[0] === 'fuzz') return `fuzz --minutes ${values.minutes ?? DEFAULT_FUZZ_MINUTES}`;
  const { only, nodes, postgres, etcd, store } = values;
  const rest = Object.entries({ store, only, nodes, postgres, etcd }).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name} '${value}'`],
  );
  if (positionals[0] === 'nodes') return `nodes --faults ${total}${rest.join('')}`;
  if (positionals[0] !== 'verify') return `--faults ${total}${rest.join('')}`;
  return `verify --store ${values.store} --verifies ${verifies} --differences ${differences}`;
}

try {
  await run();
  console.log(`${journal.summary()}\nno promise was broken; seed ${seed}`);
} catch (error) {
  console.log(journal.events.join('\n'));
  console.log(journal.summary());
  console.log(error);
  console.log(`again with: npm run soak -- ${sizeOfRun()} --seed ${seed}`);
  process.exitCode = 1;
}
