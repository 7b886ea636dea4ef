/** What a person waits for before anything happens. */
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.js';
import { CLI, runNode } from '../node-process.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, median } from '../statistics.js';

const REPETITIONS = 21;
const QUICKSTART = fileURLToPath(
  new URL('../../../examples/quickstart/cluster.yaml', import.meta.url),
);

export async function processStart(bench: Bench): Promise<readonly Result[]> {
  const cluster = await bench.cluster();
  try {
    await cluster.lenkwerk(['apply', QUICKSTART, '--auto-approve']);
    const figures = await alternate(bench.times(REPETITIONS), {
      node: async () => (await runNode(['-e', '0'])).wallMs,
      version: async () => (await runNode([CLI, '--version'])).wallMs,
      plan: async () => (await cluster.lenkwerk(['plan', QUICKSTART])).wallMs,
    });
    const floor = { what: 'node -e 0', value: median(figures('node')) };
    const line = (name: 'version' | 'plan', what: string, bound: number): Result => ({
      what,
      unit: 'ms',
      value: median(figures(name)),
      samples: figures(name),
      floor,
      goal: ratioAtMost(bound),
    });
    return [
      line('version', 'start: lenkwerk --version', 1.5),
      line('plan', 'start: lenkwerk plan of the quickstart', 3),
    ];
  } finally {
    await cluster.drop();
  }
}
