/**
 * `npm run bench -- [--quick] [--json FILE] [line...]`: each line beside its floor, in one run.
 * Prints what it finds and never fails because of a figure: a busy machine proves nothing.
 * `--quick` takes a fiftieth of the sizes, only to show that every line runs.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Bench } from './bench.js';
import { agentBacklog } from './lines/agent-backlog.js';
import { agentLatency } from './lines/agent-latency.js';
import { agentMemory } from './lines/agent-memory.js';
import { agentResync } from './lines/agent-resync.js';
import { applyCreations } from './lines/apply.js';
import { planOnePercent, planProcess } from './lines/plan.js';
import { scale } from './lines/scale.js';
import { processStart } from './lines/start.js';
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
]);

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const unknown = positionals.filter((name) => !LINES.has(name));
if (unknown.length > 0) {
  console.error(`no such line: ${unknown.join(', ')}; there are ${[...LINES.keys()].join(', ')}`);
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

/** A line that fails makes the whole run fail, after the lines that follow it. */
async function runLine(line: string, run: Line): Promise<readonly LineResult[]> {
  try {
    return (await run(bench)).map(({ goal, ...result }) => {
      // What holds for the full size says nothing about a fraction of it.
      const judged = goal === undefined || flags.quick ? result : { ...result, goal };
      return { line, ...judged };
    });
  } catch (error) {
    console.error(`${line} failed:`, error);
    process.exitCode = 1;
    return [];
  }
}
