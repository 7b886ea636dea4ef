/** The time from the start of a command to its first result. */
import { fileURLToPath } from 'node:url';
import { CLI } from '../../support/cli/built.js';
import { runMeasured } from '../../support/cli/peak-memory.js';
import type { Bench } from '../bench.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, median, processTime } from '../statistics.js';

const REPETITIONS = 21;
const QUICKSTART = fileURLToPath(
  new URL('../../../examples/quickstart/cluster.yaml', import.meta.url),
);

export async function processStart(bench: Bench): Promise<readonly Result[]> {
  const cluster = await bench.cluster();
  try {
    await cluster.lenkwerk(['apply', QUICKSTART, '--auto-approve']);
    const figures = await alternate(bench.rounds(REPETITIONS), {
      node: () => processTime(runMeasured(['-e', '0'])),
      version: () => processTime(runMeasured([CLI, '--version'])),
      validate: () => processTime(cluster.lenkwerk(['validate', QUICKSTART])),
      plan: () => processTime(cluster.lenkwerk(['plan', QUICKSTART])),
    });
    const floor = { what: 'node -e 0', value: median(figures('node').samples) };
    const line = (name: Parameters<typeof figures>[0], what: string): Result => ({
      what: `start: lenkwerk ${what}`,
      unit: 'ms',
      value: median(figures(name).samples),
      ...figures(name),
      floor,
    });
    return [
      { ...line('version', '--version'), goal: ratioAtMost(1.5) },
      line('validate', 'validate of the quickstart, with the grammar'),
      { ...line('plan', 'plan of the quickstart'), goal: ratioAtMost(3) },
    ];
  } finally {
    await cluster.drop();
  }
}
