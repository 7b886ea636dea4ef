/** Whole processes at three sizes: time and memory have to grow no faster than the cluster. */
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { atMost, type Result } from '../result.js';
import { alternate, median, processTime, type Sample, type Samples } from '../statistics.js';
import { applied } from './plan.js';

const SIZES = [1000, 10_000, 100_000];
const REPETITIONS = 3;
const GOAL_MIB = 600;
/** The limit for the growth of the cost per object at ten times the size. */
const GOAL_GROWTH = 1.2;

const COMMANDS = ['validate', 'plan', 'apply', 'verify'] as const;
type Command = (typeof COMMANDS)[number];

interface Point {
  readonly objects: number;
  readonly costs: (command: Command) => Samples;
}

export async function scale(bench: Bench): Promise<readonly Result[]> {
  const points: Point[] = [];
  for (const size of SIZES) points.push(await measure(bench, bench.size(size)));
  const largest = bench.size(SIZES.at(-1) ?? 0);
  return COMMANDS.flatMap((command) => [
    ...points.map((point) => timeAtSize(command, point)),
    ...points.filter(({ objects }) => objects === largest).map((at) => memoryAtSize(command, at)),
    ...growth(command, points),
  ]);
}

/** Read, then planned with 1 % changed, applied from nothing, published and verified. */
async function measure(bench: Bench, objects: number): Promise<Point> {
  const cluster = await bench.cluster();
  try {
    const changed = await applied(bench, cluster, objects);
    await cluster.publishOnce();
    const file = join(bench.folder, `${objects}.yaml`);
    const verify = ['verify', file, '--kv', cluster.storeUrl];
    const costs = await alternate(bench.rounds(REPETITIONS), {
      validate: () => processTime(cluster.lenkwerk(['validate', changed])),
      plan: () => processTime(cluster.lenkwerk(['plan', changed])),
      apply: () => applyToNothing(bench, file),
      verify: () => processTime(cluster.lenkwerk(verify)),
    });
    return { objects, costs };
  } finally {
    await cluster.drop();
  }
}

async function applyToNothing(bench: Bench, file: string): Promise<Sample> {
  const cluster = await bench.cluster();
  try {
    return await processTime(cluster.lenkwerk(['apply', file, '--auto-approve']));
  } finally {
    await cluster.drop();
  }
}

function timeAtSize(command: Command, { objects, costs }: Point): Result {
  const figures = costs(command);
  const what = `${command}: process, ${objects} objects, time`;
  return { what, unit: 'ms', value: median(figures.samples), ...figures };
}

function memoryAtSize(command: Command, { objects, costs }: Point): Result {
  const { peaksMib } = costs(command);
  return {
    what: `${command}: process, ${objects} objects, peak resident memory`,
    unit: 'MiB',
    value: Math.max(...peaksMib),
    samples: peaksMib,
    peaksMib,
    goal: atMost(GOAL_MIB),
  };
}

/** Of the largest size against the one below, by object. */
function growth(command: Command, points: readonly Point[]): readonly Result[] {
  const [last, before] = points.toReversed();
  if (last === undefined || before === undefined) return [];
  const factor = last.objects / before.objects;
  const [large, small] = [last.costs(command), before.costs(command)];
  const growths = [
    ['time', median(large.samples) / median(small.samples) / factor],
    ['memory', Math.max(...large.peaksMib) / Math.max(...small.peaksMib) / factor],
  ] as const;
  return growths.map(([name, value]) => ({
    what: `${command}: growth of ${name} per object, ${last.objects} against ${before.objects}`,
    unit: 'x',
    value,
    samples: [value],
    peaksMib: [],
    goal: atMost(GOAL_GROWTH),
  }));
}
