/** Compares a reviewed plan with the present plan (D15). */
import type { Client } from 'pg';
import { findMovers, type Mover } from '../../database/log/movers.js';
import { LenkwerkError } from '../../model/errors.js';
import { KINDS, TIMED_SECTIONS } from '../../model/kinds.js';
import { changeJson } from '../../planning/format/write.js';
import type { Plan } from '../../planning/plan.js';

/** Addresses named in a message; there may be thousands. */
const MAX_NAMED_ADDRESSES = 10;

/**
 * Throws `wrong-cluster` when `agreed` is for another cluster, `stale-plan` naming the addresses
 * where `now`, computed under the lock, differs from it, and who changed them according to the log
 * of applies. Places in manifests are not compared.
 */
export async function requireAgreed(now: Plan, agreed: Plan, client: Client): Promise<void> {
  if (now.cluster.id !== agreed.cluster.id) {
    throw new LenkwerkError('wrong-cluster', 'the plan is for another cluster', {
      hint: `the plan is for cluster ${agreed.cluster.id}, the database is ${now.cluster.id}`,
    });
  }
  const moved = movedAddresses(now, agreed);
  if (moved.length === 0) return;
  const late = passedBoundary(now, agreed);
  if (late !== undefined) throw stale(late, 'plan again and have it reviewed again');
  const movers = await findMovers(client, { base: agreed.base, addresses: moved });
  const more = moved.length > MAX_NAMED_ADDRESSES ? ', ...' : '';
  const named = moved.slice(0, MAX_NAMED_ADDRESSES).join(', ');
  const who = movers.length === 0 ? '' : ` (${movers.map(describeMover).join('; ')})`;
  throw stale(
    `the plan no longer fits at ${named}${more}${who}`,
    'nothing was changed; plan again and have it reviewed again',
  );
}

function stale(message: string, hint: string): LenkwerkError {
  return new LenkwerkError('stale-plan', message, { hint });
}

function movedAddresses(now: Plan, agreed: Plan): readonly string[] {
  const [ours, theirs] = [now, agreed].map(textsByAddress);
  const addresses = new Set([...(theirs?.keys() ?? []), ...(ours?.keys() ?? [])]);
  return [...addresses].filter((address) => theirs?.get(address) !== ours?.get(address));
}

/** Two rows may share an address, as `foo` and `/foo` do: their changes are joined to one text. */
function textsByAddress(plan: Plan): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const change of plan.changes) {
    const text = changeJson({ ...change, source: null });
    texts.set(change.address, `${texts.get(change.address) ?? ''}${text}`);
  }
  return texts;
}

/** Set when the time at which the plan was to take effect has become too early. */
function passedBoundary(now: Plan, agreed: Plan): string | undefined {
  for (const section of TIMED_SECTIONS) {
    const planned = agreed.boundaries[section];
    const earliest = now.boundaries[section];
    const concerned = agreed.changes.some(({ kind }) => KINDS[kind].timed === section);
    if (!concerned || planned === null || earliest === null || planned === earliest) continue;
    return `it is too late for this plan: its ${section} were to take effect at ${planned} UTC, and the earliest is now ${earliest} UTC`;
  }
  return undefined;
}

function describeMover({ address, who, when, applyId }: Mover): string {
  return `${address}: ${who} at ${when}, apply ${applyId}`;
}
