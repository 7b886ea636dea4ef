/** Names that count up, as the ranges of a manifest: `storage-[001-120]`. */

/** Shorter runs are written name by name. */
const MIN_RUN_LENGTH = 3;
const NATURAL = new Intl.Collator('en', { numeric: true });

/** A name that could be taken for a list, a range or a sentence is in quotes. */
function unmistakable(name: string): string {
  return /[\s,[\]"]/.test(name) ? `"${name}"` : name;
}

/**
 * The names in natural order, those that count up in one number as one: `node-[001-200]:5432`. A
 * number keeps its leading zeros.
 */
export function foldNames(names: readonly string[]): readonly string[] {
  const folded: string[] = [];
  let run: string[] = [];
  let counted: number | undefined;
  const endRun = () => {
    folded.push(...runText(run, counted));
    run = [];
    counted = undefined;
  };
  const isPlain = (name: string) => unmistakable(name) === name;
  for (const name of names.filter(isPlain).sort(NATURAL.compare)) {
    const last = run.at(-1);
    const step = last === undefined ? undefined : countedUp(last, name);
    if (step === undefined || (counted !== undefined && step !== counted)) endRun();
    else counted = step;
    run.push(name);
  }
  endRun();
  return [...folded, ...names.filter((name) => !isPlain(name)).map(unmistakable)];
}

function runText(run: readonly string[], counted: number | undefined): readonly string[] {
  const [first, last] = [run[0], run.at(-1)];
  if (counted === undefined || first === undefined || last === undefined) return run;
  if (run.length < MIN_RUN_LENGTH) return run;
  const parts = partsOf(first);
  return [parts.with(counted, `[${parts[counted]}-${partsOf(last)[counted]}]`).join('')];
}

/** The part of the names, a number, that is one higher in `next`; undefined where more differs. */
function countedUp(name: string, next: string): number | undefined {
  const [parts, nextParts] = [partsOf(name), partsOf(next)];
  if (parts.length !== nextParts.length) return undefined;
  const differing = parts.flatMap((part, at) => (part === nextParts[at] ? [] : [at]));
  const [at] = differing;
  if (at === undefined || differing.length > 1 || at % 2 === 0) return undefined;
  return oneMore(parts[at] ?? '') === nextParts[at] ? at : undefined;
}

/** Numbers stand at the odd places. */
function partsOf(name: string): readonly string[] {
  return name.split(/(\d{1,15})/);
}

function oneMore(digits: string): string {
  return `${Number(digits) + 1}`.padStart(digits.length, '0');
}
