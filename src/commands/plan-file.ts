/**
 * Plan files: what a reviewer agreed to. They are never carried out as they are; the plan is made
 * again, and has to come to the same.
 */
import { readFile } from 'node:fs/promises';
import { LenkwerkError } from '../model/errors.js';
import { PLAN_FORMAT_VERSION, type Plan } from '../planning/plan.js';
import { planJson } from '../rendering/json.js';

/** Addresses named in a message; there may be thousands. */
const MAX_NAMED_ADDRESSES = 10;

/** What was agreed to: the cluster, and what each address was to become. */
export interface AgreedPlan {
  readonly clusterId: string;
  /** The JSON text of each change without its source place, by address. */
  readonly changes: ReadonlyMap<string, string>;
}

/** Throws `invalid-input` for a file that is not a plan of this format version. */
export async function readPlanFile(file: string): Promise<AgreedPlan> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new LenkwerkError('invalid-input', `cannot read the plan file ${file}`, { cause });
  }
  return agreedPlan(text, file);
}

/** The plan that was shown to somebody who then said yes. */
export function agreedTo(plan: Plan): AgreedPlan {
  return agreedPlan(planJson(plan), 'the plan');
}

/**
 * Throws `wrong-cluster` when the plan was made for another cluster, `stale-plan` naming the
 * addresses where `plan`, made under the lock, differs from what was agreed to.
 */
export function requireAgreed(plan: Plan, agreed: AgreedPlan): void {
  const now = agreedTo(plan);
  if (now.clusterId !== agreed.clusterId) {
    throw new LenkwerkError('wrong-cluster', 'the plan was made for another cluster', {
      hint: `the plan is for cluster ${agreed.clusterId}, the database is ${now.clusterId}`,
    });
  }
  const addresses = new Set([...agreed.changes.keys(), ...now.changes.keys()]);
  const moved = [...addresses].filter((a) => agreed.changes.get(a) !== now.changes.get(a));
  if (moved.length === 0) return;
  const more = moved.length > MAX_NAMED_ADDRESSES ? ', ...' : '';
  const named = moved.slice(0, MAX_NAMED_ADDRESSES).join(', ');
  throw new LenkwerkError('stale-plan', `the plan no longer fits at ${named}${more}`, {
    hint: 'nothing was changed; plan again and have it reviewed again',
  });
}

function agreedPlan(text: string, file: string): AgreedPlan {
  const document = parse(text, file);
  const version = member(document, 'formatVersion');
  if (version !== PLAN_FORMAT_VERSION) {
    throw notAPlan(file, `its formatVersion is not ${PLAN_FORMAT_VERSION}`);
  }
  const clusterId = member(member(document, 'cluster'), 'id');
  const list = member(document, 'changes');
  if (typeof clusterId !== 'string') throw notAPlan(file, 'it names no cluster');
  if (!Array.isArray(list)) throw notAPlan(file, 'it holds no list of changes');
  const changes = new Map(list.map((change: unknown) => agreedChange(change, file)));
  if (changes.size !== list.length) throw notAPlan(file, 'it names an address twice');
  return { clusterId, changes };
}

/** Where the manifest lies is not part of the agreement: it may be checked out elsewhere. */
function agreedChange(change: unknown, file: string): readonly [string, string] {
  const address = member(change, 'address');
  if (typeof address !== 'string') throw notAPlan(file, 'a change has no address');
  const text = JSON.stringify(change, (name, value: unknown) =>
    name === 'source' ? undefined : value,
  );
  return [address, text];
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAPlan(file, 'it is not JSON');
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}

function notAPlan(file: string, problem: string): LenkwerkError {
  return new LenkwerkError('invalid-input', `${file} is not a plan: ${problem}`, {
    hint: '`lenkwerk plan --out FILE` writes one',
  });
}
