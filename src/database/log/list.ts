/** The list of the applies, with the counts of their plans. */
import type { Client } from 'pg';
import { isJsonObject, JsonNumber, type JsonValue, tryParseJson } from '../../model/json.js';
import { INSTANCE_STATUSES, type InstanceStatus } from '../../model/resources.js';
import type { PlanSummary } from '../../planning/plan.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import {
  type ApplyLogSummary,
  SUMMARY_COLUMNS,
  type SummaryRow,
  shownSummary,
  summaryOf,
} from './entries.js';

/** As it is stored, packed: of a longer plan the counts are not read. */
const MAX_PLAN_BYTES = 8 * 1024 * 1024;

/** An entry of the list, with the counts of its plan; undefined: of a form that is not ours. */
export interface ListedApply extends ApplyLogSummary {
  readonly changes: PlanSummary | undefined;
  /** The id of the apply that it goes back to; undefined: of none. */
  readonly revertOf: string | undefined;
  /** The status that it set, where it was of no manifests; undefined: it was. */
  readonly setStatus: InstanceStatus | undefined;
}

/** A plan that others wrote may hold anything in place of these. */
const [SUMMARY, REVERT_OF, SET_STATUS] = ['summary', 'revertOf', 'setStatus,status'].map(
  (path) => `CASE WHEN pg_catalog.pg_column_size(plan) > ${MAX_PLAN_BYTES} THEN NULL
  WHEN pg_catalog.json_typeof(plan) = 'object'
  THEN pg_catalog.left((plan #> '{${path}}')::text, 1000) END`,
);

type ReadOfPlan = [string | null, string | null, string | null];

/** The newest entries first, at most `limit`, as they may be shown. */
export async function listApplyLog(client: Client, limit: number): Promise<readonly ListedApply[]> {
  try {
    const { rows } = await client.query<[...SummaryRow, ...ReadOfPlan]>({
      text: `SELECT ${SUMMARY_COLUMNS}, ${SUMMARY}, ${REVERT_OF}, ${SET_STATUS}
               FROM lenkwerk.apply_log ORDER BY id DESC LIMIT $1::int`,
      rowMode: 'array',
      values: [limit],
    });
    return rows.map(([id, uuid, appliedAt, user, digest, author, commit, ci, ...ofPlan]) => {
      const [counts, revert, status] = ofPlan;
      return {
        ...shownSummary(summaryOf([id, uuid, appliedAt, user, digest, author, commit, ci])),
        changes: countsOf(counts),
        revertOf: idOf(revert),
        setStatus: statusOf(status),
      };
    });
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** The id of the newest entry that did more than set the status of instances, or undefined. */
export async function lastOfManifests(client: Client): Promise<bigint | undefined> {
  try {
    const { rows } = await client.query<[string]>({
      text: `SELECT id FROM lenkwerk.apply_log WHERE ${SET_STATUS} IS NULL ORDER BY id DESC LIMIT 1`,
      rowMode: 'array',
    });
    return rows[0] && BigInt(rows[0][0]);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function countsOf(text: string | null): PlanSummary | undefined {
  const value = text === null ? undefined : tryParseJson(text);
  if (value === undefined || !isJsonObject(value)) return undefined;
  const [add, change, expire, deleted] = COUNTED.map((name) => countOf(value.get(name)));
  if (add === undefined || change === undefined) return undefined;
  if (expire === undefined || deleted === undefined) return undefined;
  return { add, change, expire, delete: deleted };
}

/** Of JSON text. */
function idOf(text: string | null): string | undefined {
  const value = text === null ? undefined : tryParseJson(text);
  return typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) ? value : undefined;
}

/** Of JSON text. */
function statusOf(text: string | null): InstanceStatus | undefined {
  const value = text === null ? undefined : tryParseJson(text);
  return INSTANCE_STATUSES.find((status) => status === value);
}

const COUNTED = ['add', 'change', 'expire', 'delete'] as const;

function countOf(value: JsonValue | undefined): number | undefined {
  const count = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
