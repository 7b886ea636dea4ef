/**
 * A verify report as Markdown, for an alarm or a comment.
 * https://github.github.com/gfm/
 */
import { formatLsn } from '../../model/lsn.js';
import { counted, placeText } from '../../model/text.js';
import type { Difference } from '../../verifying/compare.js';
import type { NodesVerdict, TargetReport, VerifyReport } from '../../verifying/verdict.js';
import { shortened } from '../difference.js';
import { codeFence, codeSpan } from '../markdown-quoting.js';
import { VERIFY_COMMENT } from '../marks.js';
import {
  comparedText,
  differenceText,
  lastApplyText,
  meaningOf,
  nodesVerdictLines,
  type OpenObject,
  openObjects,
} from './text.js';

/** With the heading and the notes less than the limit of code hosts (65,536 characters). */
const MAX_DIFFERENCES_LENGTH = 30_000;
const MAX_REPAIRED_LENGTH = 10_000;
const MAX_OBJECTS_LENGTH = 12_000;
const MAX_TARGETS_LENGTH = 8_000;
const MAX_NODES_LENGTH = 4_000;
const MAX_TEXT_LENGTH = 500;

/** GitHub flavoured Markdown of less than 65,000 characters, newline at the end. */
export function verifyMarkdown(report: VerifyReport): string {
  const { verdict, targets, nodes, lastApply } = report;
  const compared = comparedText(report);
  const parts = [`${VERIFY_COMMENT}## Verify: ${verdict}\n\n${meaningOf(report)}\n\n`];
  if (compared !== undefined)
    parts.push(`${codeSpan(shortened(compared, 2 * MAX_TEXT_LENGTH))}\n\n`);
  // Those that agree may be cut.
  const byVerdict = targets.toSorted((a, b) => Number(isWell(a)) - Number(isWell(b)));
  const { items, rest } = fitting(byVerdict.map(targetItem), MAX_TARGETS_LENGTH);
  parts.push(...items);
  if (rest > 0) parts.push(`- and ${rest} more targets\n`);
  if (nodes !== undefined) parts.push(nodesItems(nodes));
  if (lastApply !== undefined) {
    parts.push(`- ${codeSpan(shortened(lastApplyText(lastApply), MAX_TEXT_LENGTH))}\n`);
  }
  const several = targets.length > 1;
  const share = (maxLength: number) => maxLength / Math.max(1, targets.filter(hasBlocks).length);
  for (const { target, differences, repaired } of targets) {
    const of = several ? ` of ${codeSpan(target)}` : '';
    parts.push(differenceBlock(`Differences${of}`, differences, share(MAX_DIFFERENCES_LENGTH)));
    parts.push(differenceBlock(`Repaired${of}`, repaired ?? [], share(MAX_REPAIRED_LENGTH)));
  }
  parts.push(objectList(openObjects(report)));
  return parts.join('');
}

function isWell({ verdict }: TargetReport): boolean {
  return verdict === 'converged';
}

function hasBlocks({ differences, repaired = [] }: TargetReport): boolean {
  return differences.length + repaired.length > 0;
}

/** A target with what was found in its store. */
function targetItem({ target, verdict, detail, hint, position, keys }: TargetReport): string {
  const short = (text: string) => codeSpan(shortened(text, MAX_TEXT_LENGTH));
  const at =
    position && `, published up to ${codeSpan(formatLsn(position.lsn))}, ${counted(keys, 'key')}`;
  const help = hint === undefined ? '' : `; hint: ${short(hint)}`;
  return `- target ${codeSpan(target)} is ${verdict}: ${short(detail)}${help}${at ?? ''}\n`;
}

/** The count, and an item for each line below it. */
function nodesItems(nodes: NodesVerdict): string {
  const [count = '', ...others] = nodesVerdictLines(nodes);
  const { items, rest } = fitting(
    others.map((line) => `  - ${codeSpan(shortened(line.trim(), MAX_TEXT_LENGTH))}\n`),
    MAX_NODES_LENGTH,
  );
  return [`- ${count}\n`, ...items, rest > 0 ? `  - and ${rest} more\n` : ''].join('');
}

function differenceBlock(
  title: string,
  differences: readonly Difference[],
  maxLength: number,
): string {
  if (differences.length === 0) return '';
  const { items, rest } = fitting(differences.map(differenceText), maxLength);
  const more = rest === 0 ? '' : `\nand ${rest} more\n`;
  return `\n### ${title} (${differences.length})\n${codeFence('text', items.join('\n'))}${more}`;
}

function objectList(objects: readonly OpenObject[]): string {
  if (objects.length === 0) return '';
  const { items, rest } = fitting(objects.map(objectItem), MAX_OBJECTS_LENGTH);
  const more = rest === 0 ? '' : `- and ${rest} more\n`;
  return `\n### To be applied or looked at (${objects.length})\n\n${items.join('')}${more}`;
}

function objectItem(object: OpenObject): string {
  const place =
    object.source === null
      ? ''
      : ` at ${codeSpan(shortened(placeText(object.source), MAX_TEXT_LENGTH))}`;
  const address = codeSpan(shortened(object.address, MAX_TEXT_LENGTH));
  const remark = object.remark === '' ? '' : `: ${object.remark}`;
  return `- ${object.drifted ? 'drifted' : 'pending'} ${address}${remark}${place}\n`;
}

/** As many from the beginning as fit, and the number of the others. */
function fitting(all: readonly string[], maxLength: number) {
  const items: string[] = [];
  let length = 0;
  for (const item of all) {
    length += item.length + 1;
    if (length > maxLength) break;
    items.push(item);
  }
  return { items, rest: all.length - items.length };
}
