/** Repeated measurements and their summaries. */

/** The value below which `share` (0 to 1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[index] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + above) / 2 : above;
}

/** Milliseconds that `work` takes. */
export async function timeMs(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** One measurement in another process, and the peak memory of that. */
export interface Sample {
  readonly value: number;
  readonly peakMib: number;
}

export interface Samples {
  /** In the order of the measurements. */
  readonly samples: readonly number[];
  /** Of the processes, in MiB, in the same order; empty when this process did the work. */
  readonly peaksMib: readonly number[];
}

export interface Rounds {
  /** Not counted, first. */
  readonly warmUps: number;
  readonly times: number;
}

/** The time of a whole process, with its peak memory. */
export async function processTime(
  run: Promise<{ readonly wallMs: number; readonly peakMib: number }>,
): Promise<Sample> {
  const { wallMs, peakMib } = await run;
  return { value: wallMs, peakMib };
}

/**
 * Runs the measurements one after the other, round by round, so that a slow spell of the machine
 * hits all of them. Each returns its own figure; the figures come back by name.
 */
export async function alternate<Name extends string>(
  { warmUps, times }: Rounds,
  measurements: Readonly<Record<Name, () => Promise<number | Sample>>>,
): Promise<(name: Name) => Samples> {
  const figures = new Map<string, (number | Sample)[]>();
  for (let round = -warmUps; round < times; round += 1) {
    for (const [name, measure] of Object.entries<() => Promise<number | Sample>>(measurements)) {
      const figure = await measure();
      if (round < 0) continue;
      const counted = figures.get(name) ?? [];
      counted.push(figure);
      figures.set(name, counted);
    }
  }
  return (name) => samplesOf(figures.get(name) ?? []);
}

function samplesOf(figures: readonly (number | Sample)[]): Samples {
  return {
    samples: figures.map((figure) => (typeof figure === 'number' ? figure : figure.value)),
    peaksMib: figures.flatMap((figure) => (typeof figure === 'number' ? [] : [figure.peakMib])),
  };
}
