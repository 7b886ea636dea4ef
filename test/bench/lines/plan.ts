/** Plans as whole processes, from the start of node to the last byte of their output. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runMeasured } from '../../support/cli/peak-memory.js';
import type { Bench, BenchCluster } from '../bench.js';
import { manifestOf } from '../manifest.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, median, processTime } from '../statistics.js';

const REPETITIONS = 5;
/** Terraform 1.11, plan of 1,000 built-in resources in blocks of their own, two cores. */
const TERRAFORM_MS = 2300;

/** Node, the YAML library, and nothing else. */
const PARSE_ALONE = `
  import { readFileSync } from 'node:fs';
  import { parse } from '${import.meta.resolve('yaml')}';
  parse(readFileSync(process.argv[1], 'utf8'));`;

export async function planOnePercent(bench: Bench): Promise<readonly Result[]> {
  const { objects, figures } = await measure(bench, bench.size(10_000));
  const plan = figures('plan');
  return [
    {
      what: `plan: process, ${objects} objects, 1 % changed`,
      unit: 'ms',
      value: median(plan.samples),
      ...plan,
      floor: { what: 'node: yaml parse of the same file', value: median(figures('parse').samples) },
      goal: ratioAtMost(1.3),
    },
  ];
}

export async function planProcess(bench: Bench): Promise<readonly Result[]> {
  const { objects, figures } = await measure(bench, bench.size(1000));
  const plan = figures('plan');
  return [
    {
      what: `plan: process, ${objects} objects, 1 % changed`,
      unit: 'ms',
      value: median(plan.samples),
      ...plan,
      floor: { what: 'Terraform plan, 1,000 resources', value: TERRAFORM_MS, documented: true },
      goal: ratioAtMost(0.2),
    },
  ];
}

async function measure(bench: Bench, objects: number) {
  const cluster = await bench.cluster();
  try {
    const changed = await applied(bench, cluster, objects);
    const figures = await alternate(bench.rounds(REPETITIONS), {
      plan: () => processTime(cluster.lenkwerk(['plan', changed])),
      parse: () => processTime(runMeasured(['--input-type=module', '-e', PARSE_ALONE, changed])),
    });
    return { objects, figures };
  } finally {
    await cluster.drop();
  }
}

/** Applies a manifest, and returns the path of another one that differs in 1 %. */
export async function applied(
  bench: Bench,
  cluster: BenchCluster,
  objects: number,
): Promise<string> {
  const first = join(bench.folder, `${objects}.yaml`);
  const changed = join(bench.folder, `${objects}-changed.yaml`);
  await writeFile(first, manifestOf(objects, 0));
  await writeFile(changed, manifestOf(objects, 1));
  await cluster.lenkwerk(['apply', first, '--auto-approve']);
  return changed;
}
