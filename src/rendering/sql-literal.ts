/** Values as SQL literals that mean the same whatever the session's settings are. */

/** Characters that could steer a terminal, mislead a reader, or end a line of the script. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A text literal in one line of visible characters (PostgreSQL 4.1.2.2, C-style escapes). */
export function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!quoted.includes('\\') && !INVISIBLE.test(quoted)) return `'${quoted}'`;
  const escaped = [...quoted.replaceAll('\\', '\\\\')].map((character) =>
    INVISIBLE.test(character) ? escapeCharacter(character) : character,
  );
  return `E'${escaped.join('')}'`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

export function sqlNullable(text: string | null): string {
  return text === null ? 'NULL' : sqlText(text);
}
