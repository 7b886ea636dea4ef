/** Which part of what is recorded manifests can hold so that nothing is left to plan. */
import { MAX_DEPTH } from '../../manifest/allowance.js';
import { checkMethods, managesMethods } from '../../manifest/checks.js';
import { writeManifest } from '../../manifest/write-manifest.js';
import { addressOf } from '../../model/address.js';
import { assert } from '../../model/errors.js';
import { depthOfJson, tryParseJson } from '../../model/json.js';
import { type DesiredState, INSTANCE_STATUSES, type RecordedState } from '../../model/resources.js';
import { compareText, hasHidden } from '../../model/text.js';
import type { Timestamp } from '../../model/time-bounds.js';
import type { Change } from '../../planning/change.js';
import { desiredFromRecorded } from '../../planning/desired-from-recorded.js';
import type { Plan } from '../../planning/plan.js';
import { PlanProblemsError } from '../../planning/problems.js';
import { indexOfField } from '../../planning/selection.js';
import { planStep, recordedMethods } from '../plan/current-plan.js';
import { desiredOfText } from '../plan/plan-file.js';
import { expressionsOf, vettingOf } from '../plan/vetting.js';
import { type LeftOut, unloadable } from './unloadable.js';

export interface Expressible {
  /** Lists what is left out as unmanaged; a servermap that is left out is a section less. */
  readonly desired: DesiredState;
  /** Sorted by address. */
  readonly leftOut: readonly LeftOut[];
  /** Without changes. */
  readonly plan: Plan;
}

interface Tables {
  readonly recorded: RecordedState;
  /** The database's clock in UTC. */
  readonly now: Timestamp;
  readonly toolVersion: string;
}

const SERVERMAP = addressOf('servermap', {});

/**
 * The judgement is that of the loader and of the planner: what they object to is left out, until
 * they do not object any more. Throws `invalid-input` where all together is too much to load.
 */
export async function expressible(tables: Tables): Promise<Expressible> {
  const leftOut = new Map(unreadable(tables.recorded).map((one) => [one.address, one.reason]));
  for (;;) {
    const desired = desiredWithout(tables, [...leftOut.keys()].sort());
    const outcome = await attempt(desired, tables);
    if ('changes' in outcome) {
      const reasons = [...leftOut].map(([address, reason]) => ({ address, reason }));
      reasons.sort((a, b) => compareText(a.address, b.address));
      return { desired, leftOut: reasons, plan: outcome };
    }
    const before = leftOut.size;
    for (const { address, reason } of outcome) {
      if (!leftOut.has(address)) leftOut.set(address, reason);
    }
    assert(leftOut.size > before, `${outcome[0]?.address} is left out and yet planned`);
  }
}

function desiredWithout({ recorded, now }: Tables, addresses: readonly string[]): DesiredState {
  const cluster = hasHidden(recorded.database) ? recorded.clusterId : recorded.database;
  const desired = desiredFromRecorded(recorded, { now, unmanaged: addresses });
  return { ...desired, cluster, unmanaged: addresses.filter((address) => address !== SERVERMAP) };
}

/** Within a value: it stands in the document and in a section. */
const MAX_VALUE_DEPTH = MAX_DEPTH - 2;

/** What cannot even become a desired state. */
function unreadable({ config, servermap, instances }: RecordedState): readonly LeftOut[] {
  const values = config.map(({ key, value }) => [addressOf('config', { key }), value] as const);
  const maps = servermap === undefined ? [] : [[SERVERMAP, servermap.map] as const];
  const found = [...values, ...maps].flatMap(([address, value]) => {
    const reason = reasonAgainst(value);
    return reason === undefined ? [] : [{ address, reason }];
  });
  const odd = instances.filter(({ status }) => INSTANCE_STATUSES[status] === undefined);
  const statuses = odd.map((row) => {
    return { address: addressOf('instance', row), reason: `the status ${row.status} is unknown` };
  });
  return [...found, ...statuses];
}

/** Of JSON text: all manifests together have 16 MiB, and no usual store takes as much. */
const MAX_VALUE_LENGTH = 2 * 1024 ** 2;

function reasonAgainst(text: string): string | undefined {
  if (text.length > MAX_VALUE_LENGTH) return `has more than ${MAX_VALUE_LENGTH} characters`;
  const value = tryParseJson(text);
  // json_populate_record, with which storage nodes save records, reads JSON null as SQL NULL.
  if (value === null) return 'is a JSON null, which storage nodes cannot save';
  if (value !== undefined && depthOfJson(value) <= MAX_VALUE_DEPTH) return undefined;
  return `nests deeper than ${MAX_VALUE_DEPTH} levels`;
}

/** The plan, where it is empty; else what has to be left out, at least one object. */
async function attempt(desired: DesiredState, tables: Tables): Promise<Plan | readonly LeftOut[]> {
  const steps = [unloadable, invalidExpressions, unknownMethods];
  for (const step of steps) {
    const found = await step(desired, tables);
    if (found.length > 0) return found;
  }
  const { recorded, now, toolVersion } = tables;
  const loaded = await desiredOfText(writeManifest(desired), 'the export');
  try {
    const plan = planStep({ desired: loaded, toolVersion, gitCommit: null }, recorded, now);
    return plan.changes.length === 0 ? plan : plan.changes.map(unexpected);
  } catch (error) {
    if (!(error instanceof PlanProblemsError)) throw error;
    return error.problems.map(({ address, message }) => {
      return { address: indexOfField(address) ?? address, reason: message };
    });
  }
}

function unexpected({ address, reason }: Change): LeftOut {
  return {
    address: indexOfField(address) ?? address,
    reason: `a plan from a manifest would change it: ${reason}`,
  };
}

async function invalidExpressions(desired: DesiredState): Promise<readonly LeftOut[]> {
  const { judgeDesired } = await import('../../planning/expressions/judge.js');
  const { problems } = judgeDesired(desired, await vettingOf(expressionsOf(desired.indexes)));
  return problems.map(({ address, message }) => ({ address, reason: message }));
}

/** Where the manifest does not declare them itself. */
async function unknownMethods(
  desired: DesiredState,
  { recorded }: Tables,
): Promise<readonly LeftOut[]> {
  if (managesMethods(desired)) return [];
  const known = recordedMethods(recorded);
  return (desired.indexes ?? []).flatMap((index) => {
    const [problem] = checkMethods({ ...desired, indexes: [index] }, known);
    return problem === undefined
      ? []
      : [{ address: addressOf('index', index), reason: problem.message }];
  });
}
