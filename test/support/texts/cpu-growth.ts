/** How the cost of a pure function grows with the text that it is given. */

/** In characters. */
const LARGE = 128_000;

/**
 * How many times more a character of a long text of one part costs than one of a text of an eighth:
 * about 1 where the cost is linear, 8 where it is quadratic. Processor time, the least of three.
 */
export function growthPerCharacter(part: string, work: (text: string) => unknown): number {
  const cost = (size: number): number => {
    const text = part.repeat(size / part.length);
    return Math.min(...Array.from({ length: 3 }, () => processorTime(() => work(text))));
  };
  // What takes less than half a millisecond is noise.
  return cost(LARGE) / (8 * Math.max(cost(LARGE / 8), 500));
}

/** In microseconds. */
function processorTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
