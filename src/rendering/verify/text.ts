/** A verify report as text, for a terminal or the log of a pipeline. */
import { formatLsn } from '../../model/lsn.js';
import type { SourcePlace } from '../../model/resources.js';
import { placeText, printable } from '../../model/text.js';
import type { Change } from '../../planning/change.js';
import type { Difference } from '../../verifying/compare.js';
import type { LastApply, Verdict, VerifyReport } from '../../verifying/verdict.js';
import { insideDifference, shortened } from '../difference.js';

/** One clause for each verdict, of all three states. */
const MEANINGS: Readonly<Record<Verdict, string>> = {
  converged: 'what is desired, recorded and published agrees',
  pending: 'the manifests are ahead of the database',
  drifted: 'the database was changed since the last apply',
  diverged: 'what is published differs from what is recorded',
  lagging: 'the agent has not published everything yet',
  inconclusive: 'no verdict is possible now',
};

/** One clause about what was compared: without manifests no desired state was read. */
export function meaningOf({ verdict, plan }: VerifyReport): string {
  if (verdict !== 'converged' || plan !== undefined) return MEANINGS[verdict];
  return 'what is recorded and published agrees; no manifests were read';
}

/** The number of lines that are printed; `--json` has all of them. */
const MAX_LINES = 50;
const MAX_VALUE_LENGTH = 240;

/** The verdict, then one line per difference; newline at the end. */
export function verifyText(report: VerifyReport): string {
  const { verdict, published, lastApply, repaired } = report;
  const lines = [`${verdict}: ${meaningOf(report)}`, printable(published.detail)];
  if (published.position !== undefined) {
    lines.push(`published up to ${formatLsn(published.position.lsn)}, ${published.keys} keys`);
  }
  if (repaired !== undefined) {
    lines.push(...bounded(repaired.map((difference) => `before: ${differenceText(difference)}`)));
  }
  lines.push(...bounded(published.differences.map(differenceText)));
  lines.push(...bounded(objectLines(report)));
  if (lastApply !== undefined) lines.push(lastApplyText(lastApply));
  return `${lines.join('\n')}\n`;
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

/** `an apply would update it`, or that the manifests already have the change. */
export function objectRemark({ action }: OpenObject): string {
  return action === undefined ? 'as the manifests ask for' : `an apply would ${action} it`;
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
