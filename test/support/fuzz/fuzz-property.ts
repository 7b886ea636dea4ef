/** Properties that the unit tests check for seconds and the soak for a given time. */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';

/** Characters that control a terminal, hide text or reverse it; the newline is fine. */
const UNSAFE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/u;

interface FuzzEffort {
  readonly seed?: number;
  readonly numRuns: number;
  /** No run is begun after so many milliseconds. */
  readonly limitMs: number;
}

export interface FuzzProperty {
  readonly name: string;
  /** How often it held; throws the shrunk counterexample, with the seed that leads to it. */
  hold(effort: FuzzEffort): number;
}

/** `check` throws where the property does not hold. */
export function fuzzProperty<Input>(
  name: string,
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => void,
): FuzzProperty {
  return {
    name,
    hold: ({ seed, numRuns, limitMs }) => {
      const details = fc.check(fc.property(inputs, check), {
        numRuns,
        interruptAfterTimeLimit: limitMs,
        ...(seed === undefined ? {} : { seed }),
      });
      if (!details.failed) return details.numRuns;
      throw new Error(`${name}: ${fc.defaultReportMessage(details)}`);
    },
  };
}

/** The result of `work`; throws when it took longer than `limitMs`. */
export function within<Result>(limitMs: number, work: () => Result): Result {
  const startMs = performance.now();
  const result = work();
  const tookMs = performance.now() - startMs;
  if (tookMs <= limitMs) return result;
  throw new Error(`took ${Math.round(tookMs)} ms`);
}

/** Throws with the first place at which `text` is not safe to show. */
export function requirePrintable(text: string, what: string): void {
  const at = text.search(UNSAFE);
  if (at === -1) return;
  const around = JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  throw new Error(`${what} shows U+${text.codePointAt(at)?.toString(16)} in ${around}`);
}
