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
 * of applies. Not compared: what the plan cannot show again (its places and commit, the version and
 * the state of the tables that it was computed from), and notices: see requireAgreedNotices.
 */
export async function requireAgreed(now: Plan, agreed: Plan, client: Client): Promise<void> {
  if (now.cluster.id !== agreed.cluster.id) {
    throw new LenkwerkError('wrong-cluster', 'the plan is for another cluster', {
      hint: `the plan is for cluster ${agreed.cluster.id}, the database is ${now.cluster.id}`,
    });
  }
  if (now.cluster.database !== agreed.cluster.database) {
    throw new LenkwerkError('wrong-cluster', 'the plan is for a database of another name', {
      hint: `the plan is for ${agreed.cluster.database}, the database is ${now.cluster.database}`,
    });
  }
  const moved = movedAddresses(now, agreed);
  if (moved.length === 0) {
    const part = otherPart(now, agreed);
    if (part === undefined) return;
    throw stale(`${part} of the plan are not what they are now`, REVIEW_AGAIN);
  }
  const late = now.changes.length === 0 ? undefined : passedBoundary(now, agreed);
  if (late !== undefined) throw stale(late, REVIEW_AGAIN);
  throw await noLongerFits(now, { agreed, moved, client });
}

interface Moved {
  readonly agreed: Plan;
  /** The addresses where the two plans differ. */
  readonly moved: readonly string[];
  readonly client: Client;
}

async function noLongerFits(now: Plan, { agreed, moved, client }: Moved): Promise<LenkwerkError> {
  const addresses = moved.slice(0, MAX_NAMED_ADDRESSES);
  const found = await findMovers(client, { base: agreed.base, addresses });
  const movers = new Map(found.map((mover) => [mover.address, describeMover(mover)]));
  if (now.changes.length === 0) {
    const who = movers.size === 0 ? '' : ` (${[...new Set(movers.values())].join('; ')})`;
    return stale(`the changes of the plan are in place already${who}`, 'nothing is left to apply');
  }
  const named = addresses.map((address) => {
    const who = movers.get(address);
    return who === undefined ? address : `${address} (${who})`;
  });
  const more = moved.length > MAX_NAMED_ADDRESSES ? ', ...' : '';
  return stale(
    `the plan no longer fits at ${named.join(', ')}${more}`,
    `nothing was changed; ${REVIEW_AGAIN}`,
  );
}

/**
 * The plan with the places of the reviewed one: the manifests that the reviewer read, not the file
 * of the plan. Which changes the two have in common `requireAgreed` decides.
 */
export function withReviewedPlaces(now: Plan, agreed: Plan | undefined): Plan {
  if (agreed === undefined) return now;
  const changes = now.changes.map((change, at) => {
    const reviewed = agreed.changes[at];
    return reviewed?.address === change.address ? { ...change, source: reviewed.source } : change;
  });
  return { ...now, changes };
}

const REVIEW_AGAIN = 'plan again and have it reviewed again';

/** Of what a reviewer read beside the changes, the part that differs. */
function otherPart(now: Plan, agreed: Plan): string | undefined {
  const sections = ({ unmanaged }: Plan) =>
    JSON.stringify(unmanaged.map(({ section, recorded }) => [section, recorded]));
  if (sections(now) !== sections(agreed)) return 'the sections outside';
  if (now.partial?.leftOut !== agreed.partial?.leftOut) return 'the changes outside';
  if (effectLines(now) !== effectLines(agreed)) return 'the times';
  const addresses = ({ changes }: Plan) => changes.map(({ address }) => address).join('\n');
  return addresses(now) === addresses(agreed) ? undefined : 'the order';
}

/**
 * `ofTrial`: the notices of the trial of the plan's indexes, under the lock. Throws `stale-plan`
 * where the reviewer did not read the notices of `now`: with those of the trial, or without any of
 * them, for a role that may try nothing.
 */
export function requireAgreedNotices(now: Plan, agreed: Plan, ofTrial: readonly string[]): void {
  const read = JSON.stringify(agreed.notices);
  const possible = [now.notices, [...now.notices, ...ofTrial]];
  if (possible.some((notices) => JSON.stringify(notices) === read)) return;
  throw stale('the notices of the plan are not what they are now', REVIEW_AGAIN);
}

/** When its changes take effect. */
function effectLines({ boundaries, changes }: Plan): string {
  const timed = TIMED_SECTIONS.filter((section) =>
    changes.some(({ kind }) => KINDS[kind].timed === section),
  );
  return [boundaries.production, ...timed.map((section) => boundaries[section])].join();
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

function describeMover({ who, when, applyId }: Mover): string {
  return `${who} at ${when}, apply ${applyId}`;
}
