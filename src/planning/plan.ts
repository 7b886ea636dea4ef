import { createHash, type Hash } from 'node:crypto';
import { recordedName } from '../model/columns.js';
import { columnsOf, type Kind, ROW_KINDS, type Section } from '../model/kinds.js';
import type { Lsn } from '../model/lsn.js';
import { type AnyRow, type RecordedState, rowsOf } from '../model/resources.js';
import { compareText } from '../model/text.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Change } from './change.js';
import type { SetStatus } from './instances/set-status.js';
import type { Selection } from './selection.js';

/** Raised when the meaning of a plan file changes; a reader refuses any other number. */
export const PLAN_FORMAT_VERSION = 1;

/** When changes of dimensions and indexes take effect. */
export interface Boundaries {
  readonly production: boolean;
  /** null outside of production: at once, for all time. */
  readonly dimensions: Timestamp | null;
  readonly indexes: Timestamp | null;
}

/** A section that no manifest names, with the number of its recorded resources. */
export interface UnmanagedSection {
  readonly section: Section;
  readonly recorded: number;
}

/** The counts of the summary line: create + revive, update, expire, delete. */
export interface PlanSummary {
  readonly add: number;
  readonly change: number;
  readonly expire: number;
  readonly delete: number;
}

/** Which part of the changes a plan holds. */
export interface PartialPlan extends Selection {
  /** How many changes it does not hold. */
  readonly leftOut: number;
}

/** All changes of an apply, and what they were computed from. Never trusted, always recomputed. */
export interface Plan {
  readonly formatVersion: typeof PLAN_FORMAT_VERSION;
  readonly toolVersion: string;
  readonly cluster: { readonly database: string; readonly id: string };
  /** The commit of the manifests' repository, null outside of one. */
  readonly gitCommit: string | null;
  /** The id of the apply whose desired state is planned again; undefined: it is no revert. */
  readonly revertOf?: string | undefined;
  /** The status that it sets, for no manifests; undefined: it is of manifests. */
  readonly setStatus?: SetStatus | undefined;
  /** Fingerprint of the recorded tables, `sha256:...`. */
  readonly base: string;
  readonly boundaries: Boundaries;
  /** null: the plan is whole. */
  readonly partial: PartialPlan | null;
  readonly unmanaged: readonly UnmanagedSection[];
  /** Notices for the reviewer about states that do not change. */
  readonly notices: readonly string[];
  /** In the order of execution. */
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  /** The desired state as manifest text, so that a plan file suffices; computed when it is read. */
  readonly desired: string;
}

/** The part of an executed plan that the log of applies keeps. */
export interface LoggedPlan {
  /** JSON text, without the desired state. */
  readonly plan: string;
  /** The desired state, as text that `revert` can plan from. */
  readonly desired: string | null;
}

/** The outcome of an apply. */
export interface ApplyResult {
  /** The executed plan, or in a dry run the plan that was tried. */
  readonly applied: Plan;
  /** False for a dry run, and when there was nothing to change: then nothing was written. */
  readonly committed: boolean;
  /**
   * At or after the end of the commit, and exactly there on an idle server. undefined when nothing
   * was committed, or the connection broke before it was read.
   */
  readonly lsn: Lsn | undefined;
  /** Its number in the log of applies; undefined when nothing was committed. */
  readonly applyId: bigint | undefined;
  /** The digest of its entry there, which covers every entry before: SHA-256, 64 hex digits. */
  readonly digest: string | undefined;
  readonly uuid: string;
}

// A digest of the recorded tables: equal exactly when every row is equal, whatever its order.

/**
 * `sha256:` and 64 hexadecimal digits. Reviewed plans hold it, so its form must not change: kinds
 * in the order of a manifest, generations last, and columns by their names in camel case.
 */
export function fingerprint(recorded: RecordedState): string {
  const hash = createHash('sha256');
  for (const kind of ROW_KINDS) addRows(hash, kind, rowsOf(recorded, kind));
  addRows(hash, 'servermap', recorded.servermap === undefined ? [] : [recorded.servermap]);
  return `sha256:${hash.digest('hex')}`;
}

function addRows(hash: Hash, kind: Kind, rows: readonly AnyRow[]): void {
  const columns = columnsOf(kind)
    .map((column) => ({ name: camelCase(column.column), attribute: recordedName(column) }))
    .sort((a, b) => compareText(a.name, b.name));
  const lines = rows.map((row) =>
    JSON.stringify(columns.map(({ name, attribute }) => [name, row[attribute]])),
  );
  hash.update(`${rows.length}\n${lines.sort(compareText).join('\n')}\n`);
}

function camelCase(column: string): string {
  return column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
