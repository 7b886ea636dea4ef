/**
 * The last step of every text on its way to a terminal or to the log of a pipeline. Renderers make
 * each foreign value one line of visible characters (`printable`, `escapeJson`); what one of them
 * missed is harmless nevertheless.
 */
import { breakCommandMarks, printable, replaceHidden } from '../model/text.js';

/** Colours and weights as this program writes them. */
const STYLE = String.raw`\u001b\[\d{1,2}m`;
/** Splits a text at them, and keeps them. */
const AT_STYLES = new RegExp(`(${STYLE})`);
/** GitHub's runner passes over any white space before a command. */
const COMMAND_LINE = /^([^\S\n]*):(?=:)/gm;

/**
 * The same text without hidden characters other than line breaks, tabs and, where `color`, styles.
 * In a pipeline no line of it begins with `::`, and none holds `##[` or the like.
 */
export function harmless(
  text: string,
  { color, pipeline }: { readonly color: boolean; readonly pipeline: boolean },
): string {
  const visible = color ? escapeBetweenStyles(text) : escapeHidden(text);
  if (!pipeline) return visible;
  return breakCommandMarks(visible.replace(COMMAND_LINE, '$1\\x3a'));
}

/** A pattern for what is between the styles would run out of stack in long texts. */
function escapeBetweenStyles(text: string): string {
  const parts = text.split(AT_STYLES);
  return parts.map((part, at) => (at % 2 === 0 ? escapeHidden(part) : part)).join('');
}

function escapeHidden(text: string): string {
  return replaceHidden(text, (character) =>
    character === '\n' || character === '\t' ? character : printable(character),
  );
}
