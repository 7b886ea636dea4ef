/** Compares what is desired, by manifests and by the last apply, with what is recorded. */
import type { Client } from 'pg';
import { type ApplyLogEntry, shownSummary } from '../database/log/entries.js';
import { inSnapshot, readRecorded } from '../database/state.js';
import { ProblemsError } from '../manifest/problems/diagnostic.js';
import { LenkwerkError } from '../model/errors.js';
import { KINDS } from '../model/kinds.js';
import type { DesiredState, RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Change } from '../planning/change.js';
import type { Plan } from '../planning/plan.js';
import { indexOfField } from '../planning/selection.js';
import { readClock } from '../postgres/server.js';
import type { DesiredReport, NotCompared } from '../verifying/verdict.js';
import type { ApplyContext } from './context/context.js';
import type { DesiredSource } from './desired.js';
import { planStep } from './plan/current-plan.js';
import { appliedSource, lastManifestApply } from './plan/last-apply.js';

interface Tables {
  readonly recorded: RecordedState;
  readonly now: Timestamp;
}

/**
 * Everything in one snapshot: an apply that commits meanwhile must not look like a change since the
 * last one. `source`: the manifests; undefined: none were read. Throws what planning them throws;
 * a last apply that cannot be planned any more leaves the drift unknown.
 */
export async function readDesired(
  context: ApplyContext,
  client: Client,
  source: DesiredSource | undefined,
): Promise<DesiredReport> {
  context.onStep('reading the tables');
  const { entry, ...tables } = await inSnapshot(client, async () => ({
    now: await readClock(client),
    recorded: await readRecorded(client),
    entry: await lastManifestApply(client),
  }));
  const since = entry === undefined ? NO_APPLY : await sinceApply(context, entry, tables);
  const changes = since.drift?.changes ?? [];
  return {
    compared: source ? 'manifests' : since.drift ? 'last-apply' : 'none',
    plan: source && planOf(context, source, tables),
    ...since,
    unmanaged: source === undefined ? [] : unmanagedOf(source.desired, changes),
    lastApply: entry && shownSummary(entry),
  };
}

type SinceApply = Pick<DesiredReport, 'drift' | 'driftUnknown' | 'notCompared'>;

const NO_APPLY: SinceApply = { drift: undefined, driftUnknown: undefined, notCompared: undefined };

/** The database may have been renamed since then, or have lost what the state depends on. */
async function sinceApply(
  context: ApplyContext,
  entry: ApplyLogEntry,
  tables: Tables,
): Promise<SinceApply> {
  try {
    const source = await appliedSource(entry);
    const drift = planOf(context, source, tables);
    return { drift, driftUnknown: undefined, notCompared: notComparedOf(source, drift) };
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    const [first] = error instanceof ProblemsError ? error.problems : [];
    return { ...NO_APPLY, driftUnknown: first?.message ?? error.message };
  }
}

function planOf({ version }: ApplyContext, source: DesiredSource, { recorded, now }: Tables): Plan {
  return planStep({ ...source, toolVersion: version }, recorded, now);
}

function unmanagedOf(desired: DesiredState, changes: readonly Change[]): readonly string[] {
  const listed = new Set(desired.unmanaged);
  const isLeft = ({ kind, address }: Change) =>
    desired[KINDS[kind].section] === undefined ||
    listed.has(address) ||
    listed.has(indexOfField(address) ?? '');
  return changes.filter(isLeft).map(({ address }) => address);
}

/** undefined: everything that is recorded was compared. */
function notComparedOf({ desired }: DesiredSource, drift: Plan): NotCompared | undefined {
  const { partial, unmanaged: sections } = drift;
  const { unmanaged: addresses } = desired;
  if (partial === null && sections.length + addresses.length === 0) return undefined;
  const { targets: only, excludes: exclude } = partial ?? { targets: [], excludes: [] };
  return { only, exclude, sections: sections.map(({ section }) => section), addresses };
}
