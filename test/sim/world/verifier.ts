/** Another program that verifies a target, as `lenkwerk verify` does, while everything happens. */
import { LenkwerkError } from '../../../src/model/errors.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { comparePublished } from '../../../src/verifying/compare-published.js';
import type { PublishedReport } from '../../../src/verifying/verdict.js';
import { newProcess } from '../clock/loop.js';
import { simulatedDatabase } from '../database/source.js';
import { SimulatedStore } from '../store/driver.js';
import type { Target } from './target.js';

const CLIENT = 'verify';
/** `--timeout` of the one that runs all the time. */
const SHORT_MS = 20_000;
const PAUSE_MS = 5_000;

/**
 * Starts one comparison; `onEnd` gets the report, or the error of a server that did not answer.
 * Anything else that goes wrong is a defect.
 */
export function startVerify(
  target: Target,
  timeoutMs: number,
  onEnd: (report: PublishedReport | LenkwerkError) => void,
): void {
  const { loop } = target;
  const verify = async () => {
    const database = await simulatedDatabase(target, CLIENT).connect(CLIENT);
    try {
      const store = new SimulatedStore(target.store, target, CLIENT);
      const keySpace = new KeySpace('');
      const published = { store, keySpace, target: target.name, cluster: undefined };
      return await comparePublished(database, published, AbortSignal.timeout(timeoutMs));
    } finally {
      await database.close();
    }
  };
  const begin = () => {
    verify().then(onEnd, (error: unknown) => {
      if (error instanceof LenkwerkError) onEnd(error);
      else target.oracle.defect(error);
    });
  };
  loop.after(1, begin, newProcess(CLIENT));
}

interface VerifierOptions {
  readonly target: Target;
  /** Nothing can be said against the store and the slot at this moment. */
  readonly isSound: () => boolean;
  /** When something last happened after which the store may be wrong. */
  readonly disturbedMs: () => number;
  readonly isOver: () => boolean;
}

/**
 * Verifies again and again. `diverged` is a false alarm where everything was in order when it began
 * and when it ended, and nothing happened in between.
 */
export function verifyAllTheTime(options: VerifierOptions): void {
  const { target, isSound, disturbedMs, isOver } = options;
  const { loop, oracle } = target;
  const again = () => {
    if (isOver()) return;
    const sinceMs = loop.nowMs;
    const wasSound = isSound();
    startVerify(target, SHORT_MS, (report) => {
      const verdict = report instanceof LenkwerkError ? report.code : report.verdict;
      target.trace(`verify reports ${verdict}`);
      const isAlarm = verdict === 'diverged' && wasSound && isSound() && disturbedMs() < sinceMs;
      if (isAlarm && !(report instanceof LenkwerkError)) {
        oracle.fail('verify', `a false alarm: ${report.detail}`);
      }
      loop.after(PAUSE_MS, again, loop.world);
    });
  };
  loop.after(PAUSE_MS, again, loop.world);
}
