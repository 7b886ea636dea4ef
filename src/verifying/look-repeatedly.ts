/** What a role can see of a difference that may set no barrier to confirm it. */
import type { LenkwerkError } from '../model/errors.js';
import { counted } from '../model/text.js';
import { pause } from '../runtime/async.js';
import type { Difference } from './compare.js';
import { nothingToSay, type PublishedReport } from './verdict.js';

export interface Suspicion {
  /** As far as one can see: both sides were read, but not at one position. */
  readonly suspicion: PublishedReport;
}

const LOOKS = 5;
const LOOK_AGAIN_MS = 400;

interface Reason {
  /** Why there is no barrier. */
  readonly error: LenkwerkError;
  readonly deadline: AbortSignal;
}

/**
 * Looks again while an agent may be publishing what was committed, at least twice. The two sides of
 * a look are not of one position, so that only what differs in the same way in every look is
 * reported. Throws what `look` throws.
 */
export async function lookRepeatedly(
  look: () => Promise<PublishedReport | Suspicion>,
  { error, deadline }: Reason,
): Promise<PublishedReport> {
  let lasting: readonly Difference[] | undefined;
  for (let count = 1; ; count += 1) {
    const seen = await look();
    if (!('suspicion' in seen)) return seen;
    const { suspicion } = seen;
    lasting = inBoth(suspicion.differences, lasting ?? suspicion.differences);
    if (count >= LOOKS || (count > 1 && deadline.aborted)) {
      if (suspicion.verdict !== 'unconfirmed') return suspicion;
      return reportOf({ ...suspicion, differences: lasting }, error);
    }
    await pause(LOOK_AGAIN_MS, deadline);
  }
}

function reportOf(seen: PublishedReport, { message, hint }: LenkwerkError): PublishedReport {
  const { length } = seen.differences;
  const barrier = `a barrier is needed: ${message}`;
  if (length === 0) return nothingToSay(`no difference stayed; to compare ${barrier}`, hint);
  const keys = counted(length, 'key seems', 'keys seem');
  const detail = `${keys} to hold something else; to confirm it ${barrier}`;
  return { ...seen, detail, hint };
}

/** Those of the first list that the second one has as well. */
function inBoth(some: readonly Difference[], others: readonly Difference[]): readonly Difference[] {
  const known = new Map(others.map((other) => [other.key, other]));
  return some.filter(({ key, expected, found }) => {
    const other = known.get(key);
    return other !== undefined && other.expected === expected && other.found === found;
  });
}
