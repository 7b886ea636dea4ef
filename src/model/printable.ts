/**
 * What could move the cursor, hide text or reverse it on a terminal or in a review: control
 * characters, bidirectional marks, line separators, the byte order mark and lone surrogates.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

const SHORT_ESCAPES = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** The text with every such character written as an escape (`\n`, `\x1b`, `\u202e`). */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const long = code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  return SHORT_ESCAPES.get(character) ?? long;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
