/**
 * A text as the difference to another one. Manifests of two applies have most lines in common, in
 * the same order.
 */

/** Of one in the log, which is kept whole instead where it would be longer. */
export const MAX_DIFFERENCE_BYTES = 4 * 1024 * 1024;

/** Of a text; one with more is kept whole, since comparing and rebuilding it takes long. */
const MAX_LINES = 2_000_000;
/** Of the texts after each difference together. */
const MAX_REBUILT_LINES = 40_000_000;

/** Lines of the earlier text (where they begin, how many), or one line of the later text. */
type Part = readonly [start: number, count: number] | string;

/**
 * The later text as JSON: a list of parts. Its length grows with what differs. undefined for texts
 * of too many lines.
 */
export function differenceOf(earlier: string, later: string): string | undefined {
  if (hasManyLines(earlier) || hasManyLines(later)) return undefined;
  const before = earlier.split('\n');
  let places: ReadonlyMap<string, number> | undefined;
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
    places ??= firstPlaces(before);
    const place = places.get(line);
    if (place === undefined) parts.push(line);
    // A line that replaces one is followed by what followed that one.
    run = place === undefined ? [next + 1, 0] : [place, 1];
  }
  endRun();
  return JSON.stringify(parts);
}

function hasManyLines(text: string): boolean {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1 && lines <= MAX_LINES; lines += 1) {
    at = text.indexOf('\n', at + 1);
  }
  return lines > MAX_LINES;
}

function firstPlaces(lines: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, line] of lines.entries()) if (!places.has(line)) places.set(line, place);
  return places;
}

/**
 * The text after each of the differences in turn; undefined where one of them is none to the text
 * before it, and where rebuilding it would take too long.
 */
export function withDifferences(whole: string, differences: readonly string[]): string | undefined {
  if (differences.length === 0) return whole;
  if (hasManyLines(whole)) return undefined;
  let lines: readonly string[] | undefined = whole.split('\n');
  let left = MAX_REBUILT_LINES;
  for (const difference of differences) {
    lines = lines && changedLines(lines, difference, Math.min(left, MAX_LINES));
    left -= lines?.length ?? 0;
  }
  return lines?.join('\n');
}

/** Of a rebuilt text, in UTF-16 units, with 8 more a line: runs that repeat multiply it. */
const MAX_TEXT_LENGTH = 128 * 1024 * 1024;
const LINE_LENGTH = 8;

function changedLines(
  before: readonly string[],
  difference: string,
  maxLines: number,
): string[] | undefined {
  const lines: string[] = [];
  let length = 0;
  for (const part of parsed(difference) ?? [undefined]) {
    const added = typeof part === 'string' ? [part] : linesOf(part, before);
    if (added === undefined) return undefined;
    for (const line of added) {
      length += line.length + LINE_LENGTH;
      if (length > MAX_TEXT_LENGTH || lines.length >= maxLines) return undefined;
      lines.push(line);
    }
  }
  return lines;
}

function linesOf(part: unknown, before: readonly string[]): readonly string[] | undefined {
  if (!isRun(part, before.length)) return undefined;
  const [start, count] = part;
  return before.slice(start, start + count);
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
