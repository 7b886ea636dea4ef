/**
 * `host.ts PROJECT`, in a copy of the work tree: keeps vitest and its servers running, and runs the
 * test files of each message. A process of its own, because a test that never ends cannot be
 * stopped in another way.
 */
import { join } from 'node:path';
import type { TestModule, TestSpecification } from 'vitest/node';
import { BaseSequencer, createVitest } from 'vitest/node';

const [project = ''] = process.argv.slice(2);
const root = process.cwd();
let failed: string | undefined;
let durationsMs: Record<string, number> = {};

/** The files come in the order in which they shall run. */
class GivenOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

const vitest = await createVitest(
  'test',
  {
    root,
    project,
    config: join(root, 'test/vitest.config.ts'),
    watch: false,
    bail: 1,
    maxWorkers: 1,
    // Modules are read again after each change; between the files of a run they stay.
    isolate: false,
    sequence: { sequencer: GivenOrder },
    cache: false,
    silent: true,
    reporters: [{ onTestRunEnd: remember }],
  },
  { cacheDir: join(root, '.vite') },
);
const SPECIFICATIONS = new Map(
  (await vitest.globTestSpecifications()).map((one) => [one.moduleId, one]),
);

const ENDS: ReadonlySet<string> = new Set(['passed', 'skipped']);

/** Of the run that has just ended. */
function remember(
  modules: readonly TestModule[],
  errors: readonly { readonly message: string }[],
  reason: string,
): void {
  // A worker that dies leaves its files without a result.
  const notDone = modules.find((module) => !ENDS.has(module.state()));
  const isPassed = reason === 'passed' && errors.length === 0 && notDone === undefined;
  failed = isPassed ? undefined : (notDone?.relativeModuleId ?? errors[0]?.message ?? reason);
  durationsMs = Object.fromEntries(
    modules.map((module) => [module.relativeModuleId, durationOf(module)]),
  );
}

function durationOf(module: TestModule): number {
  const { collectDuration, duration } = module.diagnostic();
  return collectDuration + duration;
}

interface Order {
  /** From the root. */
  readonly files: readonly string[];
  /** The files that changed since the last order. */
  readonly changed: readonly string[];
}

async function run({ files, changed }: Order): Promise<void> {
  for (const path of changed) vitest.invalidateFile(join(root, path));
  const wanted = files.flatMap((path) => SPECIFICATIONS.get(join(root, path)) ?? []);
  await vitest.runTestSpecifications(wanted);
  process.send?.({ failed, durationsMs });
}

function isOrder(message: unknown): message is Order {
  return typeof message === 'object' && message !== null && 'files' in message;
}

process.on('message', (message) => {
  if (isOrder(message)) void run(message);
});
process.on('disconnect', () => void vitest.close().then(() => process.exit(0)));
process.send?.({ durationsMs });
