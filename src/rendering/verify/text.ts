/** A verify report as text, for a terminal or the log of a pipeline. */

import { unreachable } from '../../model/errors.js';
import { formatLsn } from '../../model/lsn.js';
import type { SourcePlace } from '../../model/resources.js';
import { counted, placeText, printable } from '../../model/text.js';
import type { Change } from '../../planning/change.js';
import type { Difference } from '../../verifying/compare.js';
import type {
  LastApply,
  NodeRows,
  NodesVerdict,
  NotCompared,
  TargetReport,
  VerifyReport,
} from '../../verifying/verdict.js';
import { insideDifference, shortened } from '../difference.js';
import { nodesLines } from '../nodes.js';
import { ALL_ACKNOWLEDGED, CONVERGED, MEANINGS, NODE_MEANINGS } from './meanings.js';

/** One clause about what was found, which names nothing that was not compared. */
export function meaningOf(report: VerifyReport): string {
  const { verdict, compared, notCompared, targets, nodes } = report;
  if (verdict !== 'converged') {
    const isOfTargets = targets.some((target) => target.verdict === verdict);
    const isOfNodes = !isOfTargets && nodes?.verdict === verdict;
    return isOfNodes ? NODE_MEANINGS[nodes.verdict] : MEANINGS[verdict];
  }
  const isPart = compared === 'last-apply' && notCompared !== undefined;
  const meaning = CONVERGED[isPart ? 'part' : compared];
  return nodes === undefined ? meaning : `${meaning}${ALL_ACKNOWLEDGED}`;
}

/** With what the database was compared, and what was left out; undefined: with the manifests. */
export function comparedText(report: VerifyReport): string | undefined {
  const { compared, lastApply, driftUnknown } = report;
  const unknown = `the state of apply ${lastApply?.id} cannot be compared: ${printable(driftUnknown ?? '')}`;
  switch (compared) {
    case 'manifests':
      if (driftUnknown === undefined) return partText(report);
      return `changes since the last apply are not known: ${unknown}`;
    case 'last-apply':
      return `no manifests were found: compared with the state of the last apply${leftOut(report)}`;
    case 'none':
      return lastApply === undefined
        ? 'no manifests were found, and nothing was applied: only the database and the stores were compared'
        : `no manifests were found, only the database and the stores were compared: ${unknown}`;
    default:
      return unreachable(compared);
  }
}

/** Beside manifests: `pending` may be drift that was not looked at. */
function partText({ plan, notCompared }: VerifyReport): string | undefined {
  if (notCompared === undefined || plan === undefined || plan.changes.length === 0)
    return undefined;
  const flags = partFlags(notCompared);
  return flags === ''
    ? undefined
    : `changes since the last apply are known of its part alone: ${flags}`;
}

function leftOut({ notCompared }: VerifyReport): string {
  if (notCompared === undefined) return '';
  const { sections, addresses } = notCompared;
  const flags = partFlags(notCompared);
  const parts = [
    ...(flags === '' ? [] : [`what is outside of its part (${flags})`]),
    ...[...sections, ...addresses.map(printable)].map((name) => `${name} (unmanaged)`),
  ];
  return `; not compared: ${shortened(parts.join(', '), MAX_SENTENCE_LENGTH)}`;
}

/** `--only config/a --exclude index/*`; empty for a whole apply. */
function partFlags({ only, exclude }: NotCompared): string {
  return [
    ...only.map((pattern) => `--only ${printable(pattern)}`),
    ...exclude.map((pattern) => `--exclude ${printable(pattern)}`),
  ].join(' ');
}

/** The number of lines that are printed; `--json` has all of them. */
const MAX_LINES = 50;
const MAX_VALUE_LENGTH = 240;
const MAX_SENTENCE_LENGTH = 1_000;

/** The verdict, then a line for each target and one per difference; newline at the end. */
export function verifyText(report: VerifyReport): string {
  const { verdict, targets, nodes, lastApply } = report;
  const compared = comparedText(report);
  const lines = [
    `${verdict}: ${meaningOf(report)}`,
    ...(compared === undefined ? [] : [compared]),
    ...targets.flatMap((target) => targetLines(target, targets.length)),
    ...(nodes === undefined ? [] : nodesVerdictLines(nodes)),
    ...bounded(objectLines(report)),
    ...(lastApply === undefined ? [] : [lastApplyText(lastApply)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where there is one alone, its verdict is in the first line. */
function targetLines(report: TargetReport, count: number): readonly string[] {
  const { target, verdict, detail, hint, position, keys, repaired, differences } = report;
  const name = count === 1 ? '' : `${printable(target)}: ${verdict}: `;
  const at = position && `published up to ${formatLsn(position.lsn)}, ${counted(keys, 'key')}`;
  const before = repaired?.map((difference) => `before: ${differenceText(difference)}`);
  return [
    `${name}${shortened(detail, MAX_SENTENCE_LENGTH)}`,
    ...[
      ...(at === undefined ? [] : [at]),
      ...(hint === undefined ? [] : [`hint: ${shortened(hint, MAX_SENTENCE_LENGTH)}`]),
      ...bounded(before ?? []),
      ...bounded(differences.map(differenceText)),
    ].map((line) => (count === 1 ? line : `  ${line}`)),
  ];
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more (--json has all)`];
}

/** What is acknowledged, then a line for each difference of the nodes' rows. */
export function nodesVerdictLines(nodes: NodesVerdict): readonly string[] {
  const lines = nodesLines(nodes, 'acknowledged it').map((line) => {
    return shortened(line, MAX_SENTENCE_LENGTH);
  });
  return [...lines, ...bounded((nodes.rows ?? []).flatMap(rowLines))];
}

function rowLines({ host, port, problem, differences }: NodeRows): readonly string[] {
  const name = `  rows of ${printable(host)}:${port}`;
  if (problem !== undefined) {
    return [`${name} not compared: ${shortened(problem, MAX_SENTENCE_LENGTH)}`];
  }
  return differences.map((difference) => `${name}: ${differenceText(difference)}`);
}

/** `altered: /Config/a, "value":[-expected-]{+found+}`. */
export function differenceText({ key, kind, expected, found }: Difference): string {
  const name = `${kind}: ${shortened(key, MAX_VALUE_LENGTH)}`;
  if (expected === undefined) {
    return found === undefined ? name : `${name}, found ${shortened(found, MAX_VALUE_LENGTH)}`;
  }
  if (found === undefined) return `${name}, expected ${shortened(expected, MAX_VALUE_LENGTH)}`;
  const inside = insideDifference(expected, found, MAX_VALUE_LENGTH);
  return `${name}, expected [- -], found {+ +}: ${inside}`;
}

/** An object whose desired and recorded states differ. */
export interface OpenObject {
  readonly address: string;
  /** Changed since the last apply, by another client. */
  readonly drifted: boolean;
  /** What an apply would do with it; empty where that is not known. */
  readonly remark: string;
  readonly source: SourcePlace | null;
}

/** Drifted ones first; an object that is both counts as drifted. */
export function openObjects(report: VerifyReport): readonly OpenObject[] {
  const { plan, drift } = report;
  const remarkOf = remarks(report);
  const asked = new Map((plan?.changes ?? []).map((change) => [change.address, change]));
  const drifted = new Set((drift?.changes ?? []).map(({ address }) => address));
  const changed = [...drifted].map((address) => ({
    address,
    remark: remarkOf(address, asked.get(address)),
    drifted: true,
    source: asked.get(address)?.source ?? null,
  }));
  const pending = [...asked.values()].filter(({ address }) => !drifted.has(address));
  return [
    ...changed,
    ...pending.map((change) => {
      const { address, source } = change;
      return { address, remark: remarkOf(address, change), drifted: false, source };
    }),
  ];
}

function objectLines(report: VerifyReport): readonly string[] {
  return openObjects(report).map((object) => {
    const name = `${object.drifted ? 'drifted' : 'pending'}: ${printable(object.address)}`;
    const remark = object.remark === '' ? '' : ` (${object.remark})`;
    return `${name}${remark}${objectPlace(object)}`;
  });
}

/** Without a change the manifests have the same, or leave the object alone. */
function remarks({ plan, unmanaged }: VerifyReport) {
  const left = new Set(unmanaged);
  return (address: string, change: Change | undefined): string => {
    if (change !== undefined) return `an apply would ${change.action} it`;
    if (plan === undefined) return '';
    return left.has(address)
      ? 'unmanaged: the manifests leave it alone'
      : 'no apply would change it';
  };
}

function objectPlace({ source }: OpenObject): string {
  return source === null ? '' : ` at ${printable(placeText(source))}`;
}

/** The newest apply on one line of printable characters, without a newline. */
export function lastApplyText({
  id,
  appliedAt,
  databaseUser,
  author,
  gitCommit,
}: LastApply): string {
  const by = author === null ? '' : ` by ${printable(author)}`;
  const commit = gitCommit === null ? 'no commit known' : `commit ${printable(gitCommit)}`;
  return `last apply: ${id} at ${appliedAt}${by}, database user ${printable(databaseUser)}, ${commit}`;
}
