/** Everything that is printed of a plan, and what must not be in it. */
import { LenkwerkError } from '../../../src/model/errors.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { judgeNodes } from '../../../src/nodes/judge.js';
import { planJson } from '../../../src/planning/format/write.js';
import type { Plan } from '../../../src/planning/plan.js';
import { failureJson, failureOf, failureText } from '../../../src/rendering/failures.js';
import { planMarkdown } from '../../../src/rendering/plan/markdown.js';
import { planSql } from '../../../src/rendering/plan/sql.js';
import { planText } from '../../../src/rendering/plan/text.js';
import { verifyMarkdown } from '../../../src/rendering/verify/markdown.js';
import { verifyText } from '../../../src/rendering/verify/text.js';
import type { NodesVerdict, VerifyReport } from '../../../src/verifying/verdict.js';
import { requirePrintable } from './fuzz-property.js';

/** Part of every hostile value: it must not be found outside of code in Markdown. */
export const MARKER = 'gpjq';

/** `text` also stands for keys, values and messages that are not the plan's. */
export function requireSafeOutputs(plan: Plan, text: string): void {
  const failure = failureOf(new LenkwerkError('refused', text, { hint: text }));
  const report = reportOf(plan, text);
  const pages = { plan: planMarkdown(plan), verify: verifyMarkdown(report) };
  const outputs = {
    text: planText(plan, { color: false }),
    JSON: planJson(plan),
    SQL: planSql(plan),
    verify: verifyText(report),
    failure: failureText(failure),
    'failure as JSON': failureJson(failure),
    'plan as Markdown': pages.plan,
    'verify as Markdown': pages.verify,
  };
  for (const [what, output] of Object.entries(outputs)) requirePrintable(output, what);
  for (const page of Object.values(pages)) {
    const outside = withoutCode(page);
    if (outside.includes(MARKER)) throw new Error(`outside of code: ${JSON.stringify(outside)}`);
  }
}

function reportOf(plan: Plan, text: string): VerifyReport {
  const differences = [
    { key: `/Config/${text}`, kind: 'altered', expected: text, found: `${text}x` },
    { key: `/Config/${text}2`, kind: 'stray', expected: undefined, found: text },
  ] as const;
  const position = { lsn: lsnFromBytes(7n), committedAt: text };
  const appliedAt = '2026-11-23 10:00:00.123456+00';
  const lastApply = { id: 1n, appliedAt, databaseUser: text, author: text, gitCommit: text };
  return {
    verdict: 'diverged',
    compared: 'manifests',
    targets: ['one', 'two'].map((name) => ({
      target: `${name} ${text}`,
      verdict: 'diverged',
      ...{ detail: text, hint: text, keys: 2, position, differences, repaired: differences },
      agreed: undefined,
    })),
    nodes: nodesOf(text),
    plan,
    drift: plan,
    driftUnknown: text,
    notCompared: { only: [text], exclude: [text], sections: ['config'], addresses: [text] },
    unmanaged: [text],
    lastApply,
  };
}

/** Nodes with this text wherever a node or its host may write. */
function nodesOf(text: string): NodesVerdict {
  const instance = { host: text, port: 5432, status: 3 };
  const name = `${text}_5432`;
  const refusal = { key: text, reason: text };
  const applied = undefined;
  const acknowledgement = { name, followerId: text, applied, refusal, toolVersion: text };
  const target = {
    target: text,
    acknowledgements: new Map([
      [name, acknowledgement],
      [text, undefined],
      [`${text}2`, { ...acknowledgement, name: `${text}2` }],
    ]),
    ...{ current: undefined, wanted: undefined, past: new Map(), next: new Map() },
  };
  const unread = [{ target: text, reason: text }];
  const report = judgeNodes({
    ...{ instances: [instance], targets: [target], unread, unheard: new Set(), now: new Date(0) },
  });
  const differences = [{ key: text, kind: 'altered', expected: text, found: `${text}x` }] as const;
  const rows = [
    { ...instance, problem: text, differences: [] },
    { ...instance, problem: undefined, differences },
  ];
  return { ...report, verdict: 'diverged', rows };
}

/** Removes fenced blocks and code spans as CommonMark defines them. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[a-z]*\n[\s\S]*?\n\1\n/gm, '')
    .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}
