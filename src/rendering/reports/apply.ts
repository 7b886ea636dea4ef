/** The report of an apply. */
import { formatLsn } from '../../model/lsn.js';
import { escapeJson } from '../../model/text.js';
import { planJson } from '../../planning/format/write.js';
import type { ApplyResult } from '../../planning/plan.js';
import { planText } from '../plan/text.js';

interface ApplyTextOptions {
  readonly dryRun: boolean;
  readonly color: boolean;
  /** The plan was shown before, when it was approved. */
  readonly planShown: boolean;
}

/** The executed plan, and its position in the log; newline at the end. */
export function applyText(result: ApplyResult, options: ApplyTextOptions): string {
  const { applied, committed, lsn, applyId, digest } = result;
  const text = planText(applied, { color: options.color, done: true });
  if (applied.changes.length === 0) return text;
  const plan = options.planShown ? '' : `${text}\n`;
  if (options.dryRun) return `${plan}Dry run: everything was tried and rolled back.\n`;
  if (!committed) return text;
  const { add, change, expire } = applied.summary;
  const counts = `${add} added, ${change} changed, ${expire} expired, ${applied.summary.delete} deleted`;
  const place = lsn === undefined ? '' : `, committed at ${formatLsn(lsn)}`;
  return `${plan}Applied: ${counts} (apply ${applyId}, digest ${digest}${place}).\n`;
}

/** `{committed, dryRun, applyId, digest, uuid, lsn, plan}`: ids and positions are texts. */
export function applyJson(result: ApplyResult, dryRun: boolean): string {
  const { applied, committed, lsn, applyId, digest, uuid } = result;
  const plan: unknown = JSON.parse(planJson(applied));
  const document = {
    committed,
    dryRun,
    applyId: applyId?.toString() ?? null,
    digest: digest ?? null,
    uuid,
    lsn: lsn === undefined ? null : formatLsn(lsn),
    plan,
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}
