/**
 * A text as the difference to another one. Manifests of two applies have most lines in common, in
 * the same order.
 */

/** Lines of the earlier text (where they begin, how many), or one line of the later text. */
type Part = readonly [start: number, count: number] | string;

/** The later text as JSON: a list of parts. Its length grows with what differs. */
export function differenceOf(earlier: string, later: string): string {
  const before = earlier.split('\n');
  const places = new Map<string, number>();
  for (const [place, line] of before.entries()) if (!places.has(line)) places.set(line, place);
  const parts: Part[] = [];
  let run: [number, number] = [0, 0];
  const endRun = () => {
    if (run[1] > 0) parts.push(run);
  };
  for (const line of later.split('\n')) {
    const next = run[0] + run[1];
    if (before[next] === line) {
      run[1] += 1;
      continue;
    }
    endRun();
    const place = places.get(line);
    if (place === undefined) parts.push(line);
    // A line that replaces one is followed by what followed that one.
    run = place === undefined ? [next + 1, 0] : [place, 1];
  }
  endRun();
  return JSON.stringify(parts);
}

/**
 * The text after each of the differences in turn; undefined where one of them is none to the text
 * before it.
 */
export function withDifferences(whole: string, differences: readonly string[]): string | undefined {
  let lines: readonly string[] | undefined = whole.split('\n');
  for (const difference of differences) {
    lines = lines && changedLines(lines, difference);
  }
  return lines?.join('\n');
}

function changedLines(before: readonly string[], difference: string): string[] | undefined {
  const lines: string[] = [];
  for (const part of parsed(difference) ?? [undefined]) {
    if (typeof part === 'string') lines.push(part);
    else if (isRun(part, before.length)) {
      const [start, count] = part;
      for (let place = start; place < start + count; place += 1) lines.push(before[place] ?? '');
    } else return undefined;
  }
  return lines;
}

function parsed(difference: string): readonly unknown[] | undefined {
  try {
    const document: unknown = JSON.parse(difference);
    return Array.isArray(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function isRun(part: unknown, lines: number): part is readonly [number, number] {
  if (!Array.isArray(part) || part.length !== 2) return false;
  const [start, count]: readonly unknown[] = part;
  return isCount(start) && isCount(count) && start + count <= lines;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
