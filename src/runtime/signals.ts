/** One AbortSignal for the whole process, from SIGINT and SIGTERM. */
import { LenkwerkError } from '../model/errors.js';

/** What a shell reports for a process that a signal ended: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type TerminationSignal = (typeof SIGNALS)[number];

interface Termination {
  /** Aborted by the first signal after `listen`; its reason is a LenkwerkError `interrupted`. */
  readonly signal: AbortSignal;
  /**
   * Begins to listen. Before, a signal has its usual effect: it ends the process at once, also one
   * that computes and would hear nothing.
   */
  listen(): void;
  /** The exit code of a process that the signal ended; undefined: none came. */
  exitCode(): number | undefined;
  /** Stops listening. */
  dispose(): void;
}

/**
 * Hears SIGINT and SIGTERM from `listen` on. The first one aborts the signal; the second one calls
 * `onSecond` with the exit code, which is expected to end the process at once.
 */
export function listenForTermination(onSecond: (exitCode: number) => void): Termination {
  const controller = new AbortController();
  let received: TerminationSignal | undefined;
  const onSignal = (signal: TerminationSignal): void => {
    if (received === undefined) {
      received = signal;
      controller.abort(new LenkwerkError('interrupted', `interrupted by ${signal}`));
    } else onSecond(EXIT_CODES[signal]);
  };
  const dispose = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  return {
    signal: controller.signal,
    listen: () => {
      dispose();
      for (const signal of SIGNALS) process.on(signal, onSignal);
    },
    exitCode: () => received && EXIT_CODES[received],
    dispose,
  };
}
