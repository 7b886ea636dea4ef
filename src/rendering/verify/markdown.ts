/**
 * A verify report as Markdown, for an alarm or a comment.
 * https://github.github.com/gfm/
 */
import { formatLsn } from '../../model/lsn.js';
import { placeText } from '../../model/text.js';
import type { Difference } from '../../verifying/compare.js';
import type { VerifyReport } from '../../verifying/verdict.js';
import { shortened } from '../difference.js';
import { codeFence, codeSpan } from '../markdown-quoting.js';
import {
  differenceText,
  lastApplyText,
  meaningOf,
  type OpenObject,
  objectRemark,
  openObjects,
} from './text.js';

/** With the heading and the notes less than the limit of code hosts (65,536 characters). */
const MAX_DIFFERENCES_LENGTH = 30_000;
const MAX_REPAIRED_LENGTH = 10_000;
const MAX_OBJECTS_LENGTH = 15_000;
const MAX_TEXT_LENGTH = 500;

/** GitHub flavoured Markdown of less than 65,000 characters, newline at the end. */
export function verifyMarkdown(report: VerifyReport): string {
  const { verdict, target, published, repaired, lastApply } = report;
  const { detail, position, differences, keys } = published;
  const parts = [
    `## Verify: ${verdict}\n\n${meaningOf(report)}\n\n`,
    `- target ${codeSpan(target)}: ${codeSpan(shortened(detail, MAX_TEXT_LENGTH))}\n`,
  ];
  if (position !== undefined) {
    parts.push(`- published up to ${codeSpan(formatLsn(position.lsn))}, ${keys} keys\n`);
  }
  if (lastApply !== undefined) {
    parts.push(`- ${codeSpan(shortened(lastApplyText(lastApply), MAX_TEXT_LENGTH))}\n`);
  }
  parts.push(differenceBlock('Differences', differences, MAX_DIFFERENCES_LENGTH));
  parts.push(differenceBlock('Repaired', repaired ?? [], MAX_REPAIRED_LENGTH));
  parts.push(objectList(openObjects(report)));
  return parts.join('');
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
  return `- ${object.drifted ? 'drifted' : 'pending'} ${address}: ${objectRemark(object)}${place}\n`;
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
