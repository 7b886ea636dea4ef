/** A verify report as text, for a terminal or the log of a pipeline. */

import { unreachable } from '../../model/errors.js';
import { formatLsn } from '../../model/lsn.js';
import type { SourcePlace } from '../../model/resources.js';
import { placeText, printable } from '../../model/text.js';
import type { Change } from '../../planning/change.js';
import type { Difference } from '../../verifying/compare.js';
import type { LastApply, TargetReport, Verdict, VerifyReport } from '../../verifying/verdict.js';
import { insideDifference, shortened } from '../difference.js';

/** One clause for each verdict. */
const MEANINGS: Readonly<Record<Exclude<Verdict, 'converged'>, string>> = {
  pending: 'the manifests are ahead of the database',
  drifted: 'the database was changed since the last apply',
  lagging: 'the agent has not published everything yet',
  inconclusive: 'no verdict is possible now',
  unconfirmed: 'what is published seems to differ from what is recorded',
  diverged: 'what is published differs from what is recorded',
};

/** One clause about what was found, which names nothing that was not compared. */
export function meaningOf({ verdict, compared }: VerifyReport): string {
  if (verdict !== 'converged') return MEANINGS[verdict];
  return CONVERGED[compared];
}

const CONVERGED = {
  manifests: 'what is desired, recorded and published agrees',
  'last-apply': 'what was applied last, recorded and published agrees',
  none: 'what is recorded and published agrees',
} as const satisfies Readonly<Record<VerifyReport['compared'], string>>;

/** With what the database was compared; undefined: with the manifests. */
export function comparedText({ compared, lastApply }: VerifyReport): string | undefined {
  switch (compared) {
    case 'manifests':
      return undefined;
    case 'last-apply':
      return 'no manifests were found: compared with the state of the last apply';
    case 'none':
      return lastApply === undefined
        ? 'no manifests were found, and nothing was applied: only the database and the stores were compared'
        : `no manifests were found, and the state of apply ${lastApply.id} cannot be read: only the database and the stores were compared`;
    default:
      return unreachable(compared);
  }
}

/** The number of lines that are printed; `--json` has all of them. */
const MAX_LINES = 50;
const MAX_VALUE_LENGTH = 240;
const MAX_SENTENCE_LENGTH = 1_000;

/** The verdict, then a line for each target and one per difference; newline at the end. */
export function verifyText(report: VerifyReport): string {
  const { verdict, targets, lastApply } = report;
  const compared = comparedText(report);
  const lines = [
    `${verdict}: ${meaningOf(report)}`,
    ...(compared === undefined ? [] : [compared]),
    ...targets.flatMap((target) => targetLines(target, targets.length)),
    ...bounded(objectLines(report)),
    ...(lastApply === undefined ? [] : [lastApplyText(lastApply)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where there is one alone, its verdict is in the first line. */
function targetLines(report: TargetReport, count: number): readonly string[] {
  const { target, verdict, detail, hint, position, keys, repaired, differences } = report;
  const name = count === 1 ? '' : `${printable(target)}: ${verdict}: `;
  const at = position && `published up to ${formatLsn(position.lsn)}, ${keys} keys`;
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
  /** The action of the next apply. */
  readonly action: Change['action'] | undefined;
  /** Changed since the last apply, by another client. */
  readonly drifted: boolean;
  readonly source: SourcePlace | null;
}

/** Drifted ones first; an object that is both counts as drifted. */
export function openObjects({ plan, drift }: VerifyReport): readonly OpenObject[] {
  const asked = new Map((plan?.changes ?? []).map((change) => [change.address, change]));
  const drifted = new Set((drift?.changes ?? []).map(({ address }) => address));
  const changed = [...drifted].map((address) => ({
    address,
    action: asked.get(address)?.action,
    drifted: true,
    source: asked.get(address)?.source ?? null,
  }));
  const pending = [...asked.values()].filter(({ address }) => !drifted.has(address));
  return [
    ...changed,
    ...pending.map(({ address, action, source }) => ({ address, action, drifted: false, source })),
  ];
}

function objectLines(report: VerifyReport): readonly string[] {
  return openObjects(report).map((object) => {
    const name = `${object.drifted ? 'drifted' : 'pending'}: ${printable(object.address)}`;
    return `${name} (${objectRemark(object)})${objectPlace(object)}`;
  });
}

/** `an apply would update it`; else the manifests have the change, or leave the object alone. */
export function objectRemark({ action }: OpenObject): string {
  return action === undefined ? 'no apply would change it' : `an apply would ${action} it`;
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
