import { LenkwerkError } from '../model/errors.js';
import { DANGERS, type Danger } from './change.js';
import type { Plan } from './plan.js';

const ADDRESSES_NAMED = 3;

/** Throws `refused` when the plan holds a danger that nobody allowed. */
export function requireAllowed(plan: Plan, allowed: readonly Danger[]): void {
  const found = new Set(plan.changes.flatMap(({ dangers }) => dangers));
  const refused = DANGERS.filter((danger) => found.has(danger) && !allowed.includes(danger));
  if (refused.length === 0) return;
  const places = plan.changes
    .filter(({ dangers }) => dangers.some((danger) => refused.includes(danger)))
    .map(({ address }) => address);
  const more =
    places.length > ADDRESSES_NAMED ? ` and ${places.length - ADDRESSES_NAMED} more` : '';
  throw new LenkwerkError(
    'refused',
    `dangerous: ${refused.join(', ')} (${places.slice(0, ADDRESSES_NAMED).join(', ')}${more})`,
    { hint: `if that is what you want: ${refused.map((danger) => `--allow ${danger}`).join(' ')}` },
  );
}
