/** What verify found, for people and for programs. */
import { formatLsn } from '../model/lsn.js';
import { printable } from '../model/printable.js';
import type { Difference } from '../verifying/compare.js';
import type { Verdict, VerifyReport } from '../verifying/verdict.js';
import { escapeJson, planJson } from './json.js';
import { summaryLine } from './text.js';

const MEANINGS: Readonly<Record<Verdict, string>> = {
  converged: 'what is desired, recorded and published agrees',
  pending: 'the manifests are ahead of the database',
  drifted: 'the database was changed since the last apply',
  diverged: 'what is published differs from what is recorded',
  lagging: 'the agent has not published everything yet',
  inconclusive: 'nothing can be said now',
};

/** The verdict, then one line per difference; newline at the end. */
export function verifyText({ verdict, published, plan, drift }: VerifyReport): string {
  const lines = [`${verdict}: ${MEANINGS[verdict]}`, printable(published.detail)];
  if (published.position !== undefined) {
    lines.push(`published up to ${formatLsn(published.position.lsn)}, ${published.keys} keys`);
  }
  lines.push(...published.differences.map(differenceText));
  if (plan !== undefined && plan.changes.length > 0) {
    lines.push(`to be applied: ${summaryLine(plan.summary)}`);
  }
  for (const change of drift?.changes ?? []) {
    lines.push(`drifted: ${printable(change.address)} (undone by: ${change.action})`);
  }
  return `${lines.join('\n')}\n`;
}

function differenceText({ key, kind, expected, found }: Difference): string {
  const sides = [
    expected === undefined ? '' : `, expected ${printable(expected)}`,
    found === undefined ? '' : `, found ${printable(found)}`,
  ];
  return `${kind}: ${printable(key)}${sides.join('')}`;
}

/** One document, fixed order of members, positions as texts; newline at the end. */
export function verifyJson({ verdict, published, plan, drift }: VerifyReport): string {
  const { detail, keys, differences, position } = published;
  const planDocument: unknown = plan === undefined ? null : JSON.parse(planJson(plan));
  const driftDocument: unknown = drift === undefined ? null : JSON.parse(planJson(drift));
  const document = {
    verdict,
    published: {
      verdict: published.verdict,
      detail,
      keys,
      position:
        position === undefined
          ? null
          : { lsn: formatLsn(position.lsn), committedAt: position.committedAt ?? null },
      differences: differences.map(({ key, kind, expected, found }) => ({
        key,
        kind,
        expected: expected ?? null,
        found: found ?? null,
      })),
    },
    plan: planDocument,
    drift: driftDocument,
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}
