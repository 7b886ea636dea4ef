/** Whole processes at three sizes: time and memory have to grow no faster than the cluster. */
import { join } from 'node:path';
import type { Bench, BenchCluster } from '../bench.js';
import { CLI, peakMemoryMib } from '../node-process.js';
import { atMost, type Result } from '../result.js';
import { applied } from './plan.js';

const SIZES = [1000, 10_000, 100_000];
const GOAL_MIB = 600;
/** How much more an object may cost among ten times as many. */
const GOAL_GROWTH = 1.2;

const COMMANDS = ['validate', 'plan', 'apply', 'verify'] as const;
type Command = (typeof COMMANDS)[number];

interface Point {
  readonly objects: number;
  readonly costs: Readonly<Record<Command, Cost>>;
}

export async function scale(bench: Bench): Promise<readonly Result[]> {
  const points: Point[] = [];
  for (const size of SIZES) points.push(await measure(bench, bench.size(size)));
  return COMMANDS.flatMap((command) => [
    ...points.flatMap((point) => atSize(command, point)),
    ...growth(command, points),
  ]);
}

/** Read, then planned with 1 % changed, applied from nothing, published and verified. */
async function measure(bench: Bench, objects: number): Promise<Point> {
  const cluster = await bench.cluster();
  try {
    const changed = await applied(bench, cluster, objects);
    const validate = await both(cluster, ['validate', changed]);
    const plan = await both(cluster, ['plan', changed]);
    const apply = await applyTwice(bench, objects);
    await cluster.publishOnce();
    const file = join(bench.folder, `${objects}.yaml`);
    const verify = await both(cluster, ['verify', file, '--kv', cluster.storeUrl]);
    return {
      objects,
      costs: { validate, plan, apply, verify },
    };
  } finally {
    await cluster.drop();
  }
}

interface Cost {
  readonly wallMs: number;
  readonly peakMib: number;
}

/** Once for the time, once more for the memory: asking for it takes time. */
async function both(cluster: BenchCluster, args: readonly string[]): Promise<Cost> {
  const { wallMs } = await cluster.lenkwerk(args);
  return { wallMs, peakMib: await peakOf(cluster, args) };
}

function peakOf(cluster: BenchCluster, args: readonly string[]): Promise<number> {
  return peakMemoryMib([CLI, ...args], { env: cluster.env, exitCodes: [0, 2] });
}

async function applyTwice(bench: Bench, objects: number): Promise<Cost> {
  const args = ['apply', join(bench.folder, `${objects}.yaml`), '--auto-approve'];
  const first = await bench.cluster();
  const second = await bench.cluster();
  try {
    const { wallMs } = await first.lenkwerk(args);
    return { wallMs, peakMib: await peakOf(second, args) };
  } finally {
    await first.drop();
    await second.drop();
  }
}

function atSize(command: Command, { objects, costs }: Point): readonly Result[] {
  const what = `${command}: process, ${objects} objects`;
  const { wallMs, peakMib } = costs[command];
  const bounded = objects === SIZES.at(-1);
  return [
    { what: `${what}, time`, unit: 'ms', value: wallMs, samples: [wallMs] },
    {
      what: `${what}, peak resident memory`,
      unit: 'MiB',
      value: peakMib,
      samples: [peakMib],
      ...(bounded ? { goal: atMost(GOAL_MIB) } : {}),
    },
  ];
}

/** Of the largest size against the one below, by object. */
function growth(command: Command, points: readonly Point[]): readonly Result[] {
  const [last, before] = points.toReversed();
  if (last === undefined || before === undefined) return [];
  const factor = last.objects / before.objects;
  const [large, small] = [last.costs[command], before.costs[command]];
  const growths = [
    ['time', large.wallMs / small.wallMs / factor],
    ['memory', large.peakMib / small.peakMib / factor],
  ] as const;
  return growths.map(([name, value]) => ({
    what: `${command}: growth of ${name} per object, ${last.objects} against ${before.objects}`,
    unit: 'x',
    value,
    samples: [value],
    goal: atMost(GOAL_GROWTH),
  }));
}
