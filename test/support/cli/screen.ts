/** The content of a terminal after everything in `written`, its last line included. */
export function screenOf(written: readonly string[]): string {
  const lines = [''];
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are the matter here
  for (const [token] of written.join('').matchAll(/\x1b\[\??\d*[A-Za-z]|[\s\S]/gu)) {
    const line = lines.at(-1) ?? '';
    if (token === '\n') lines.push('');
    if (token === '\n' || token === '\r') column = 0;
    else if (token === '\x1b[2K') lines[lines.length - 1] = '';
    else if (!token.startsWith('\x1b')) {
      lines[lines.length - 1] =
        line.slice(0, column).padEnd(column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  return lines.join('\n');
}
