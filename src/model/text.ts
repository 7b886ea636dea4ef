/**
 * What could move the cursor, hide text or reverse it on a terminal or in a review: control
 * characters, bidirectional marks and all else that has no shape of its own, such as the byte order
 * mark and the invisible tag characters, line separators, and lone surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT_ESCAPES = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** The text with every such character as an escape (`\n`, `\x1b`, `\u202e`, `\u{e0041}`). */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Most texts are, and telling so is much quicker than looking for the others. */
const PRINTABLE_ASCII = /^[\n -~]*$/;

/**
 * JSON leaves control, bidi and other invisible characters beyond ASCII as they are; `\uXXXX`
 * means the same to a parser and cannot mislead a reader.
 */
export function escapeJson(json: string): string {
  if (PRINTABLE_ASCII.test(json)) return json;
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => {
      const unit = character.charCodeAt(i).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
