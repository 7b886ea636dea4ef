/**
 * Quotes values in Markdown so that they cannot end the enclosing element.
 * https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 * https://spec.commonmark.org/0.31.2/#code-spans
 */
import { printable } from '../model/text.js';

/**
 * A code span. Every value is in one: outside it could be a link, a mention of a user or the end of
 * the enclosing element.
 */
export function codeSpan(text: string): string {
  const content = printable(text);
  if (content === '') return '`` ``';
  const ticks = '`'.repeat(longestRun(content) + 1);
  const padded = /^[` ]|[` ]$/.test(content) ? ` ${content} ` : content;
  return `${ticks}${padded}${ticks}`;
}

/**
 * A fenced block; `content` may have lines, but no controls. Blank lines around it are included.
 */
export function codeFence(language: string, content: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `\n${fence}${language}\n${content}\n${fence}\n`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
