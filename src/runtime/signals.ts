/** One AbortSignal for the whole process, from SIGINT and SIGTERM. */
import { LenkwerkError } from '../model/errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type TerminationSignal = (typeof SIGNALS)[number];

interface Termination {
  /** Aborted by the first signal; its reason is a LenkwerkError `interrupted`. */
  readonly signal: AbortSignal;
  /** Stops listening, which restores the usual effect of the signals. */
  dispose(): void;
}

/**
 * Listens for SIGINT and SIGTERM. The first one aborts the signal; the second one calls `onSecond`,
 * which is expected to end the process at once.
 */
export function listenForTermination(onSecond: (signal: TerminationSignal) => void): Termination {
  const controller = new AbortController();
  const onSignal = (signal: TerminationSignal): void => {
    if (controller.signal.aborted) onSecond(signal);
    else controller.abort(new LenkwerkError('interrupted', `interrupted by ${signal}`));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
