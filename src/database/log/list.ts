/** The list of the applies, with the counts of their plans. */
import type { Client } from 'pg';
import { isJsonObject, JsonNumber, type JsonValue, tryParseJson } from '../../model/json.js';
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
}

/** A plan that others wrote may hold anything in place of these. */
const OF_PLAN = ['summary', 'revertOf'].map(
  (name) => `CASE WHEN pg_catalog.pg_column_size(plan) > ${MAX_PLAN_BYTES} THEN NULL
  WHEN pg_catalog.json_typeof(plan) = 'object'
  THEN pg_catalog.left((plan -> '${name}')::text, 1000) END`,
);

/** The newest entries first, at most `limit`, as they may be shown. */
export async function listApplyLog(client: Client, limit: number): Promise<readonly ListedApply[]> {
  try {
    const { rows } = await client.query<[...SummaryRow, string | null, string | null]>({
      text: `SELECT ${SUMMARY_COLUMNS}, ${OF_PLAN.join(', ')}
               FROM lenkwerk.apply_log ORDER BY id DESC LIMIT $1::int`,
      rowMode: 'array',
      values: [limit],
    });
    return rows.map(([id, uuid, appliedAt, user, digest, author, commit, ci, counts, revert]) => ({
      ...shownSummary(summaryOf([id, uuid, appliedAt, user, digest, author, commit, ci])),
      changes: countsOf(counts),
      revertOf: idOf(revert),
    }));
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

const COUNTED = ['add', 'change', 'expire', 'delete'] as const;

function countOf(value: JsonValue | undefined): number | undefined {
  const count = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
