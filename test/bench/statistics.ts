/** Repeated measurements and what is said of them. */

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

/**
 * Runs the measurements one after the other, `times` times over, so that a slow spell of the
 * machine hits all of them. Each returns its own figure; the figures come back by name.
 */
export async function alternate<Name extends string>(
  times: number,
  measurements: Readonly<Record<Name, () => Promise<number>>>,
): Promise<(name: Name) => readonly number[]> {
  const figures = new Map<string, number[]>();
  for (let round = 0; round < times; round += 1) {
    for (const [name, measure] of Object.entries<() => Promise<number>>(measurements)) {
      const samples = figures.get(name) ?? [];
      samples.push(await measure());
      figures.set(name, samples);
    }
  }
  return (name) => figures.get(name) ?? [];
}
