/**
 * `npm run bench -- [--quick] [--json FILE] [--update-baseline] [line...]`: each line beside its
 * floor, in one run. Prints what it finds and what drifted since the baseline in the repository,
 * and never fails because of a figure: a busy machine proves nothing.
 * `--quick` takes a fiftieth of the sizes, only to show that every line runs.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Baseline, baselineOf, compare } from './baseline.js';
import { Bench } from './bench.js';
import { agentBacklog } from './lines/agent-backlog.js';
import { agentLatency } from './lines/agent-latency.js';
import { agentMemory } from './lines/agent-memory.js';
import { agentResync } from './lines/agent-resync.js';
import { applyCreations } from './lines/apply.js';
import { nodesAcknowledgements } from './lines/nodes/acknowledgements.js';
import { nodesFollowers } from './lines/nodes/followers.js';
import { nodesWatches } from './lines/nodes/watches.js';
import { planOnePercent, planProcess } from './lines/plan.js';
import { scale } from './lines/scale.js';
import { processStart } from './lines/start.js';
import { storeCommits, storeDrains, storeRanges, storeWatches } from './lines/stores.js';
import { verifyKeys } from './lines/verify.js';
import { json, type LineResult, table } from './report.js';
import type { Result } from './result.js';

type Line = (bench: Bench) => Promise<readonly Result[]>;

const LINES: ReadonlyMap<string, Line> = new Map([
  ['start', processStart],
  ['plan', planOnePercent],
  ['plan-process', planProcess],
  ['apply', applyCreations],
  ['verify', verifyKeys],
  ['agent-latency', agentLatency],
  ['agent-backlog', agentBacklog],
  ['agent-resync', agentResync],
  ['agent-memory', agentMemory],
  ['scale', scale],
  ['store-commits', storeCommits],
  ['store-ranges', storeRanges],
  ['store-watches', storeWatches],
  ['store-drains', storeDrains],
  ['nodes-watches', nodesWatches],
  ['nodes-followers', nodesFollowers],
  ['nodes-acknowledgements', nodesAcknowledgements],
]);

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    'update-baseline': { type: 'boolean', default: false },
  },
});
const BASELINE = new URL('./baseline.json', import.meta.url);
const updates = flags['update-baseline'];
const unknown = positionals.filter((name) => !LINES.has(name));
if (unknown.length > 0) {
  console.error(`no such line: ${unknown.join(', ')}; there are ${[...LINES.keys()].join(', ')}`);
  process.exit(1);
}

if (updates && (flags.quick || positionals.length > 0)) {
  console.error('a baseline is one whole run: --update-baseline goes without --quick and lines');
  process.exit(1);
}

const startedAt = new Date();
const bench = await Bench.start(flags.quick);
const results: LineResult[] = [];
try {
  for (const [name, run] of LINES) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.error(`${name} ...`);
    results.push(...(await runLine(name, run)));
  }
} finally {
  await bench.stop();
}
const { machine } = bench;
console.log(table(results));
if (flags.json !== undefined) {
  await writeFile(flags.json, json(results, { quick: flags.quick, startedAt, machine }));
}
if (!flags.quick) console.log((await drift()).join('\n'));
if (updates && process.exitCode === undefined) {
  const baseline = baselineOf(results, { startedAt, machine });
  await writeFile(BASELINE, `${JSON.stringify(baseline, null, 2)}\n`);
} else if (updates) {
  console.error('the baseline stays as it is: a line failed');
}

/** Against the baseline before it is updated. */
async function drift(): Promise<readonly string[]> {
  if (!existsSync(BASELINE)) return ['there is no baseline: --update-baseline makes one'];
  const baseline: Baseline = JSON.parse(await readFile(BASELINE, 'utf8'));
  return compare(baseline, results, machine);
}

/** A line that fails makes the whole run fail, after the lines that follow it. */
async function runLine(line: string, run: Line): Promise<readonly LineResult[]> {
  try {
    return (await run(bench)).map(({ goal, ...result }) => {
      // What holds for the full size does not hold for a fraction of it.
      const judged = goal === undefined || flags.quick ? result : { ...result, goal };
      return { line, ...judged };
    });
  } catch (error) {
    console.error(`${line} failed:`, error);
    process.exitCode = 1;
    return [];
  }
}
