/** Writes a plan as canonical JSON: equal plans give equal bytes. */

import { columnsOf, ROW_KINDS } from '../../model/kinds.js';
import type { AnyRow, SourcePlace } from '../../model/resources.js';
import { escapeJson } from '../../model/text.js';
import type { Change, ServermapAttributes } from '../change.js';
import type { LoggedPlan, Plan } from '../plan.js';

/** The text of a plan, by schema/plan.schema.json. Indented, newline at the end. */
export function planJson(plan: Plan): string {
  const document = { ...orderedPlan(plan), desired: plan.desired };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

/**
 * A plan as the log of applies keeps it: the same document on one line, without the desired state,
 * which an entry holds beside it. `readLoggedPlan` joins them again.
 */
export function loggedPlan(plan: Plan): LoggedPlan {
  return { plan: escapeJson(JSON.stringify(orderedPlan(plan))), desired: plan.desired };
}

/** JSON omits `revertOf` and `setStatus` where they are undefined. */
function orderedPlan(plan: Plan): object {
  return {
    formatVersion: plan.formatVersion,
    toolVersion: plan.toolVersion,
    cluster: { database: plan.cluster.database, id: plan.cluster.id },
    gitCommit: plan.gitCommit,
    revertOf: plan.revertOf,
    setStatus: plan.setStatus && {
      status: plan.setStatus.status,
      instances: plan.setStatus.instances,
      override: plan.setStatus.override,
    },
    base: plan.base,
    boundaries: {
      production: plan.boundaries.production,
      dimensions: plan.boundaries.dimensions,
      indexes: plan.boundaries.indexes,
    },
    partial:
      plan.partial === null
        ? null
        : {
            targets: plan.partial.targets,
            excludes: plan.partial.excludes,
            leftOut: plan.partial.leftOut,
          },
    unmanaged: plan.unmanaged.map(({ section, recorded }) => ({ section, recorded })),
    notices: plan.notices,
    changes: plan.changes.map(orderedChange),
    summary: {
      add: plan.summary.add,
      change: plan.summary.change,
      expire: plan.summary.expire,
      delete: plan.summary.delete,
    },
  };
}

/** One change as in the document, on one line. */
export function changeJson(change: Change): string {
  return JSON.stringify(orderedChange(change));
}

function orderedChange(change: Change): object {
  const { kind, address, action, reason, source, dangers } = change;
  const { before, after } = orderedSides(change);
  return {
    kind,
    address,
    action,
    before,
    after,
    reason,
    source: source === null ? null : orderedPlace(source),
    dangers,
  };
}

/** JSON omits `was` where nothing was overridden. */
function orderedPlace({ file, line, column, was }: SourcePlace): object {
  return { file, line, column, was: was && orderedPlace(was) };
}

/** JSON omits undefined members: the id of a row that does not exist yet. */
const EMPTY_ROWS = new Map(
  ROW_KINDS.map((kind) => [
    kind,
    Object.fromEntries(columnsOf(kind).map(({ attribute }) => [attribute, undefined])),
  ]),
);

/** The members in the order of the table of kinds. */
function orderedSides(change: Change): Sides {
  if (change.kind === 'servermap') return sides(change, orderedServermap);
  const empty = EMPTY_ROWS.get(change.kind);
  return sides<AnyRow>(change, (row) => ({ ...empty, ...row }));
}

interface Sides {
  readonly before: object | null;
  readonly after: object | null;
}

function sides<Attributes>(
  { before, after }: { readonly before: Attributes | null; readonly after: Attributes | null },
  ordered: (attributes: Attributes) => object,
): Sides {
  return {
    before: before === null ? null : ordered(before),
    after: after === null ? null : ordered(after),
  };
}

function orderedServermap(servermap: ServermapAttributes): object {
  if (servermap.algorithm === 'literal') return { algorithm: 'literal', map: servermap.map };
  const entries = servermap.entries.map(({ key, schaufel, copies }) => ({ key, schaufel, copies }));
  return { algorithm: 'ring', entries };
}
