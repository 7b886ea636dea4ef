/** What a verdict means, in one clause each: the first line of a report in text. */
import type { Verdict, VerifyReport } from '../../verifying/verdict.js';

/** Of each verdict but `converged`. */
export const MEANINGS: Readonly<Record<Exclude<Verdict, 'converged'>, string>> = {
  pending: 'the manifests are ahead of the database',
  drifted: 'the database was changed since the last apply',
  lagging: 'the agent has not published everything yet',
  inconclusive: 'no verdict is possible now',
  unconfirmed: 'what is published seems to differ from what is recorded',
  diverged: 'what is published differs from what is recorded',
};

/** The same where the storage nodes alone are the reason. */
export const NODE_MEANINGS: Readonly<Record<'lagging' | 'inconclusive' | 'diverged', string>> = {
  lagging: 'not every storage node has acknowledged it',
  inconclusive: 'not every storage node could be compared',
  diverged: 'storage nodes hold something else than what is published',
};

/** What follows the meaning of `converged` where the storage nodes were asked. */
export const ALL_ACKNOWLEDGED = ', and every storage node acknowledged it';

/** Of `converged`, by what was compared. */
export const CONVERGED: Readonly<Record<VerifyReport['compared'] | 'part', string>> = {
  manifests: 'what is desired, recorded and published agrees',
  'last-apply': 'what was applied last, recorded and published agrees',
  none: 'what is recorded and published agrees',
  part: 'what was compared of the last apply, recorded and published agrees',
};
