/** A plan as text, for a terminal or the log of a pipeline. */

import { KINDS } from '../../model/kinds.js';
import { foldNames } from '../../model/names.js';
import { placeText, printable } from '../../model/text.js';
import type { Plan } from '../../planning/plan.js';
import { shortened, type WordRun, wordDifference } from '../difference.js';
import type { RenderOptions } from '../options.js';
import type { AttributeValue, AttributeView } from './attributes.js';
import { endingBlocks, joinBlocks } from './ending.js';
import { type ChangeGroup, groupsOf } from './groups.js';
import { MARKS, type Paint, PHRASES, painter } from './paint.js';

interface TextOptions extends RenderOptions {
  /** Longer values and reasons are shortened; absent: none is. */
  readonly maxValueLength?: number;
  /** Of the names of a group; the others are counted. Absent: all are shown. */
  readonly maxNamesLength?: number;
}

/** Values up to this length are shown whole on both sides; longer ones by their changed words. */
const SHORT_VALUE_LENGTH = 40;
/** Characters of an unchanged run that are shown on either side of a change. */
const CONTEXT_LENGTH = 30;
/** Of the lines that list names. */
const LINE_LENGTH = 80;
/** A change of a ring with more entries is counted. */
const MAX_RING_LINES = 12;

/** The whole plan, newline at the end: what is dangerous comes last. */
export function planText(plan: Plan, options: TextOptions): string {
  const blocks = groupsOf(plan.changes).map((group) => groupText(group, options));
  return joinBlocks([...blocks, ...endingBlocks(plan, options)]);
}

/** A group as a block of lines, without a newline at the end. */
export function groupText(group: ChangeGroup, options: TextOptions): string {
  const paint = painter(options);
  const { maxValueLength = Number.MAX_SAFE_INTEGER } = options;
  const { reason } = group.first;
  const because = `because ${shortened(reason, maxValueLength)}`;
  const attributes = isLargeRing(group)
    ? ringLines(group.attributes)
    : attributeLines(group.attributes, { paint, maxLength: maxValueLength });
  const lines = [
    ...headLines(group, options),
    ...attributes,
    ...(reason === '' ? [] : [`    ${paint('dim', because)}`]),
    ...placeLines(group, paint),
    ...dangerLines(group, paint),
  ];
  return lines.join('\n');
}

/** The same without what changes: names and dangers. */
export function groupHead(group: ChangeGroup, options: TextOptions): string {
  return [...headLines(group, options), ...dangerLines(group, painter(options))].join('\n');
}

function headLines({ first, changes }: ChangeGroup, options: TextOptions): readonly string[] {
  const { maxValueLength = Number.MAX_SAFE_INTEGER, maxNamesLength } = options;
  const paint = painter(options);
  const { symbol, style } = MARKS[first.action];
  const head = (name: string) =>
    `${paint(style, symbol)} ${paint('bold', name)} ${PHRASES[first.action]}`;
  const names = foldNames(changes.map(({ address }) => address));
  const [name = ''] = names;
  if (changes.length === 1) return [head(shortened(name, maxValueLength))];
  if (names.length === 1) return [`${head(printable(name))} (${changes.length})`];
  const title = KINDS[first.kind].title.toLowerCase();
  return [head(`${changes.length} ${title}`), ...nameLines(names, maxNamesLength)];
}

/** The names in lines of a terminal's usual width. */
function nameLines(names: readonly string[], maxLength = Number.MAX_SAFE_INTEGER) {
  const lines: string[] = [];
  let length = 0;
  for (const [at, name] of names.map(printable).entries()) {
    length += name.length + 2;
    if (length > maxLength) return [...lines, `    and ${names.length - at} more`];
    const text = at === names.length - 1 ? name : `${name},`;
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + text.length > LINE_LENGTH)
      lines.push(`    ${text}`);
    else lines[lines.length - 1] = `${last} ${text}`;
  }
  return lines;
}

function dangerLines({ first }: ChangeGroup, paint: Paint): readonly string[] {
  if (first.dangers.length === 0) return [];
  return [`    ${paint('red', `! ${first.dangers.join(', ')}`)}`];
}

/** The first place; changes of one manifest entry have the same. */
function placeLines({ changes }: ChangeGroup, paint: Paint): readonly string[] {
  const places = [...new Set(changes.flatMap(({ source }) => (source ? [placeText(source)] : [])))];
  const [first] = places;
  if (first === undefined) return [];
  const others = places.length - 1;
  const more = others === 0 ? '' : others === 1 ? ' and 1 other' : ` and ${others} others`;
  return [`    ${paint('dim', `at ${printable(first)}${more}`)}`];
}

function isLargeRing({ first, attributes }: ChangeGroup): boolean {
  return first.kind === 'servermap' && attributes.length > MAX_RING_LINES;
}

/** How many entries are new, gone and different; Markdown, JSON and SQL hold each. */
function ringLines(attributes: readonly AttributeView[]): readonly string[] {
  const count = (test: (view: AttributeView) => boolean) => attributes.filter(test).length;
  const added = count(({ before }) => before === undefined);
  const removed = count(({ after }) => after === undefined);
  const changed = attributes.length - added - removed;
  return [
    `    entries: ${added} added, ${removed} removed, ${changed} changed (--json shows each)`,
  ];
}

interface ValueOptions {
  readonly paint: Paint;
  readonly maxLength: number;
}

function attributeLines(views: readonly AttributeView[], options: ValueOptions): readonly string[] {
  const names = views.map(({ name }) => printable(name));
  const width = Math.max(0, ...names.map((name) => name.length));
  return views.map(
    (view, i) => `    ${(names[i] ?? '').padEnd(width)}  ${valueText(view, options)}`,
  );
}

function valueText({ before, after }: AttributeView, { paint, maxLength }: ValueOptions): string {
  if (before === undefined) return after === undefined ? '' : shown(after, maxLength);
  if (after === undefined) return shown(before, maxLength);
  const runs = changedRuns(before, after);
  const inside = runs?.map((run) => runText(run, paint)).join('');
  if (inside !== undefined && inside.length <= maxLength) return inside;
  return `${paint('red', shown(before, maxLength))} -> ${paint('green', shown(after, maxLength))}`;
}

/** What changes inside of a value; undefined for short values, and those that differ too much. */
export function changedRuns(
  before: AttributeValue,
  after: AttributeValue,
): readonly WordRun[] | undefined {
  const short = Math.max(before.content.length, after.content.length) <= SHORT_VALUE_LENGTH;
  const runs = short ? undefined : wordDifference(shown(before), shown(after));
  return runs?.map((run, i) => ({ ...run, text: shownRun(run, place(i, runs)) }));
}

/** On one line, free text in quotes. */
export function shown(
  { form, content }: AttributeValue,
  maxLength = Number.MAX_SAFE_INTEGER,
): string {
  const text = shortened(content, maxLength);
  return form === 'text' ? `"${text}"` : text;
}

interface RunPlace {
  readonly first: boolean;
  readonly last: boolean;
}

function place(position: number, runs: readonly WordRun[]): RunPlace {
  return { first: position === 0, last: position === runs.length - 1 };
}

function runText({ kind, text }: WordRun, paint: Paint): string {
  if (kind === 'removed') return paint('red', `[-${text}-]`);
  return kind === 'added' ? paint('green', `{+${text}+}`) : text;
}

/** What stays is cut to what stands beside a change. */
function shownRun({ kind, text }: WordRun, at: RunPlace): string {
  if (kind !== 'same') return text;
  const head = at.first ? '' : text.slice(0, CONTEXT_LENGTH);
  const tail = at.last ? '' : text.slice(-CONTEXT_LENGTH);
  const hidden = text.length - head.length - tail.length;
  if (hidden <= CONTEXT_LENGTH) return text;
  return `${head}${head === '' ? '' : ' '}…${tail === '' ? '' : ' '}${tail}`;
}
