/**
 * `npm run mutants -- [--minutes N] [--count N] [--since REF] [--seed N] [--file GLOB]
 * [--only TEXT] [--list]`: tries small changes of the code, drawn at random, and reports those that
 * no test notices. `--since`: only in lines that differ from that commit. `--file`: only in files
 * of src that match, in place of the default folders. `--only`: those whose report contains the
 * text. `--list`: tries none. Exit 1 when a mutant survived that equivalent.json does not list.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { matchesPattern } from '../../src/model/text.js';
import { Random } from '../soak/random.js';
import { ROOT, WRITTEN_FILES } from '../support/house/source-files.js';
import { type Mutant, mutantsOf, reasonOf, staleEntries } from './mutants.js';
import { testsOf } from './tests-of.js';
import { type Trial, Trials, type Verdict } from './trial.js';

const DEFAULT_MINUTES = '30';
/** Where a wrong line does most harm. */
const FOLDERS = ['planning', 'model', 'publishing', 'replication', 'verifying', 'kvstore'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: DEFAULT_MINUTES },
    count: { type: 'string' },
    since: { type: 'string' },
    seed: { type: 'string' },
    file: { type: 'string', multiple: true },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const endMs = performance.now() + Number(values.minutes) * 60_000;
const count = Number(values.count ?? Number.POSITIVE_INFINITY);

const stale = staleEntries();
if (stale.length > 0) throw new Error(`no such mutants: ${stale.join('\n')}`);

const patterns = values.file ?? FOLDERS.map((folder) => `src/${folder}/*`);
const files = WRITTEN_FILES.filter(
  ({ path }) => path.startsWith('src/') && patterns.some((one) => matchesPattern(path, one)),
);
const isChanged = changedSince(values.since);
const all = files
  .flatMap(({ path, text }) => mutantsOf(path, text))
  .filter((mutant) => isChanged(mutant) && described(mutant).includes(values.only));
const open = all.filter((mutant) => reasonOf(mutant) === undefined);
const drawn = new Random(seed).shuffled(open).slice(0, count);
console.log(`${all.length} mutants of ${files.length} files, seed ${seed}`);
console.log(`${all.length - open.length} of them change nothing (equivalent.json)`);

if (values.list) {
  for (const mutant of drawn) console.log(described(mutant));
  process.exit(0);
}

const trials = new Trials();
const found: Trial[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void trials.end().then(() => process.exit(1)));
}
try {
  for (const mutant of drawn) {
    if (performance.now() > endMs) break;
    const startMs = performance.now();
    const trial = await trials.run(mutant, testsOf(mutant.path));
    found.push(trial);
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    console.log(`${found.length}: ${seconds} s, ${judged(trial)}`);
  }
} finally {
  await trials.end();
}
report();

function described({ path, line, id, change }: Mutant): string {
  return `${path}:${line} [${id}] ${change}`;
}

function judged({ mutant, verdict, by }: Trial): string {
  const cause = by === undefined ? '' : ` by ${by}`;
  return `${verdict}${cause}: ${described(mutant)}`;
}

function report(): void {
  const unnoticed = found.filter(({ verdict }) => verdict === 'survived' || verdict === 'no test');
  for (const trial of unnoticed) console.log(judged(trial));
  const number = (verdict: Verdict) => found.filter((one) => one.verdict === verdict).length;
  const byTypes = found.filter(({ by }) => by === 'the types').length;
  console.log(
    `seed ${seed}: ${found.length} of ${open.length} tried, ${number('killed')} killed ` +
      `(${byTypes} of them by the types), ${number('timed out')} timed out, ` +
      `${number('survived')} survived, ${number('no test')} without a test: ` +
      `${((100 * unnoticed.length) / Math.max(1, found.length)).toFixed(1)} % unnoticed`,
  );
  process.exitCode = unnoticed.length === 0 ? 0 : 1;
}

/** Whether a mutant stands in a line that was changed, or added, since a commit. */
function changedSince(commit: string | undefined): (mutant: Mutant) => boolean {
  if (commit === undefined) return () => true;
  const args = ['diff', '--unified=0', '--no-color', '--no-ext-diff', commit, '--', 'src'];
  const lines = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const changed = new Set<string>();
  let path = '';
  for (const text of lines) {
    path = /^\+\+\+ b\/(.*)$/.exec(text)?.[1] ?? path;
    const [, first, length = '1'] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(text) ?? [];
    if (first === undefined) continue;
    for (let at = 0; at < Number(length); at += 1) changed.add(`${path}:${Number(first) + at}`);
  }
  return ({ path, line }) => changed.has(`${path}:${line}`);
}
