/** How much a verdict matters, as pages show it. */
import type { Verdict } from '../../verifying/verdict.js';

/** A class of the style. */
export type Tone = 'ok' | 'warn' | 'bad';

/** The tone of each verdict. */
export const TONES: Readonly<Record<Verdict, Tone>> = {
  converged: 'ok',
  pending: 'warn',
  drifted: 'warn',
  lagging: 'warn',
  inconclusive: 'warn',
  unconfirmed: 'warn',
  diverged: 'bad',
};
