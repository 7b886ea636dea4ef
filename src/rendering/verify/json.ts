/** A verify report as canonical JSON: equal reports give equal bytes. */
import { formatLsn } from '../../model/lsn.js';
import { escapeJson } from '../../model/text.js';
import { planJson } from '../../planning/format/write.js';
import type { Plan } from '../../planning/plan.js';
import type { Difference } from '../../verifying/compare.js';
import type {
  LastApply,
  NodesVerdict,
  TargetReport,
  VerifyReport,
} from '../../verifying/verdict.js';
import { nodesDocument } from '../nodes.js';

/** Raised when the meaning of the document changes. */
const VERIFY_FORMAT_VERSION = 1;

/** The text of a report, by schema/verify.schema.json. Indented, newline at the end. */
export function verifyJson(report: VerifyReport): string {
  const {
    verdict,
    compared,
    targets,
    nodes,
    plan,
    drift,
    driftUnknown,
    notCompared,
    unmanaged,
    lastApply,
  } = report;
  const document = {
    formatVersion: VERIFY_FORMAT_VERSION,
    verdict,
    compared,
    targets: targets.map(targetDocument),
    nodes: nodes === undefined ? null : nodesVerdictDocument(nodes),
    plan: planDocument(plan),
    drift: planDocument(drift),
    driftUnknown: driftUnknown ?? null,
    notCompared: notCompared ?? null,
    unmanaged,
    lastApply: lastApply === undefined ? null : lastApplyDocument(lastApply),
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

function targetDocument(report: TargetReport) {
  const { target, verdict, detail, hint, keys, position, differences, repaired } = report;
  return {
    target,
    verdict,
    detail,
    hint: hint ?? null,
    keys,
    position: position === undefined ? null : positionDocument(position),
    differences: differences.map(differenceDocument),
    repaired: repaired === undefined ? null : repaired.map(differenceDocument),
  };
}

function nodesVerdictDocument(nodes: NodesVerdict) {
  const rows = nodes.rows?.map(({ host, port, problem, differences }) => {
    const shown = differences.map(differenceDocument);
    return { host, port, problem: problem ?? null, differences: shown };
  });
  return { verdict: nodes.verdict, ...nodesDocument(nodes), rows: rows ?? null };
}

function positionDocument({ lsn, committedAt }: NonNullable<TargetReport['position']>) {
  return { lsn: formatLsn(lsn), committedAt: committedAt ?? null };
}

function differenceDocument({ key, kind, expected, found }: Difference) {
  return { key, kind, expected: expected ?? null, found: found ?? null };
}

function planDocument(plan: Plan | undefined): unknown {
  return plan === undefined ? null : JSON.parse(planJson(plan));
}

function lastApplyDocument({ id, appliedAt, databaseUser, author, gitCommit }: LastApply) {
  return { id: id.toString(), appliedAt, databaseUser, author, gitCommit };
}
