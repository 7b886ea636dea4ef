/** A plan as text, for a terminal or the log of a pipeline. */
import { styleText } from 'node:util';
import { KINDS, TIMED_SECTIONS } from '../../model/kinds.js';
import { placeText, printable } from '../../model/text.js';
import type { Action, Change } from '../../planning/change.js';
import { MEANINGS } from '../../planning/dangers.js';
import type {
  Boundaries,
  PartialPlan,
  Plan,
  PlanSummary,
  UnmanagedSection,
} from '../../planning/plan.js';
import { shortened, type WordRun, wordDifference } from '../difference.js';
import type { RenderOptions } from '../options.js';
import { type AttributeValue, type AttributeView, attributesOf } from './attributes.js';

interface TextOptions extends RenderOptions {
  /** Longer values and reasons are shortened; absent: none is. */
  readonly maxValueLength?: number;
}

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';
type Paint = (style: Style, text: string) => string;

/** Values up to this length are shown whole on both sides; longer ones by their changed words. */
const SHORT_VALUE_LENGTH = 40;
/** Characters of an unchanged run that are shown on either side of a change. */
const CONTEXT_LENGTH = 30;

const MARKS: Readonly<Record<Action, { readonly symbol: string; readonly style: Style }>> = {
  create: { symbol: '+', style: 'green' },
  update: { symbol: '~', style: 'yellow' },
  delete: { symbol: '-', style: 'red' },
  expire: { symbol: '-', style: 'red' },
  revive: { symbol: '↺', style: 'cyan' },
};

const PHRASES: Readonly<Record<Action, string>> = {
  create: 'will be created',
  update: 'will be updated',
  delete: 'will be deleted',
  expire: 'will expire',
  revive: 'will be revived',
};

/** The whole plan, newline at the end. */
export function planText(plan: Plan, options: TextOptions): string {
  const paint = painter(options);
  const remarks = [
    ...partialLines(plan.partial),
    ...unmanagedLines(plan.unmanaged),
    ...plan.notices.map((notice) => `note: ${printable(notice)}`),
  ].map((line) => paint('dim', line));
  if (plan.changes.length === 0) {
    const nothing = nothingToChange(plan);
    return joinBlocks([paint('green', nothing), remarks.join('\n')]);
  }
  const blocks = plan.changes.map((change) => changeText(change, options));
  const times = effectLines(plan.boundaries, plan.changes);
  const summary = paint('bold', summaryLine(plan.summary));
  return joinBlocks([...blocks, [...remarks, ...times].join('\n'), summary]);
}

/** `Plan: 2 to add, 1 to change, 0 to expire, 0 to delete.` */
export function summaryLine(summary: PlanSummary): string {
  const { add, change, expire } = summary;
  return `Plan: ${add} to add, ${change} to change, ${expire} to expire, ${summary.delete} to delete.`;
}

/** One change as a block of lines, without a newline at the end. */
export function changeText(change: Change, options: TextOptions): string {
  const paint = painter(options);
  const { maxValueLength = Number.MAX_SAFE_INTEGER } = options;
  const because = `because ${shortened(change.reason, maxValueLength)}`;
  const lines = [
    headLine(change, options),
    ...attributeLines(attributesOf(change), { paint, maxLength: maxValueLength }),
    ...(change.reason === '' ? [] : [`    ${paint('dim', because)}`]),
    ...placeLines(change, paint),
    ...dangerLines(change, options),
  ];
  return lines.join('\n');
}

/** The same without what changes: the address and the dangers. */
export function changeHead(change: Change, options: TextOptions): string {
  return [headLine(change, options), ...dangerLines(change, options)].join('\n');
}

function headLine({ action, address }: Change, options: TextOptions): string {
  const paint = painter(options);
  const { symbol, style } = MARKS[action];
  const name = shortened(address, options.maxValueLength ?? Number.MAX_SAFE_INTEGER);
  return `${paint(style, symbol)} ${paint('bold', name)} ${PHRASES[action]}`;
}

function dangerLines({ dangers }: Change, options: TextOptions): readonly string[] {
  const paint = painter(options);
  return dangers.map((danger) => {
    const source = options.allowedBy?.get(danger);
    const how = source === undefined ? `--allow ${danger}` : `allowed by ${printable(source)}`;
    return `    ${paint('red', `! danger ${danger}: ${MEANINGS[danger]} (${how})`)}`;
  });
}

function placeLines({ source }: Change, paint: Paint): readonly string[] {
  if (source === null) return [];
  return [`    ${paint('dim', `at ${printable(placeText(source))}`)}`];
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
  const short = Math.max(before.content.length, after.content.length) <= SHORT_VALUE_LENGTH;
  const runs = short ? undefined : wordDifference(shown(before), shown(after));
  const inside = runs?.map((run, i) => runText(run, place(i, runs), paint)).join('');
  if (inside !== undefined && inside.length <= maxLength) return inside;
  return `${paint('red', shown(before, maxLength))} -> ${paint('green', shown(after, maxLength))}`;
}

function shown({ form, content }: AttributeValue, maxLength = Number.MAX_SAFE_INTEGER): string {
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

function runText({ kind, text }: WordRun, at: RunPlace, paint: Paint): string {
  if (kind === 'removed') return paint('red', `[-${text}-]`);
  if (kind === 'added') return paint('green', `{+${text}+}`);
  const head = at.first ? '' : text.slice(0, CONTEXT_LENGTH);
  const tail = at.last ? '' : text.slice(-CONTEXT_LENGTH);
  const hidden = text.length - head.length - tail.length;
  if (hidden <= CONTEXT_LENGTH) return text;
  return `${head}${head === '' ? '' : ' '}…${tail === '' ? '' : ' '}${tail}`;
}

/** The sentence for a plan without changes. */
export function nothingToChange({ partial }: Plan): string {
  if (partial === null) return 'No changes: the recorded state is what the manifests ask for.';
  return 'No changes in this part: what was chosen is recorded as the manifests ask for.';
}

/** The selection of a partial plan, and the number of changes left out; empty for a whole one. */
export function partialLines(partial: PartialPlan | null): readonly string[] {
  if (partial === null) return [];
  const { targets, excludes, leftOut } = partial;
  const flags = [
    ...targets.map((pattern) => `--only ${printable(pattern)}`),
    ...excludes.map((pattern) => `--exclude ${printable(pattern)}`),
  ].join(' ');
  const changes = leftOut === 1 ? '1 change is' : `${leftOut} changes are`;
  return [`PARTIAL PLAN (${flags}): ${changes} left out`];
}

/** `not managed here: indexes (7 recorded), config (2 recorded)`, or empty. */
export function unmanagedLines(unmanaged: readonly UnmanagedSection[]): readonly string[] {
  if (unmanaged.length === 0) return [];
  const sections = unmanaged.map(({ section, recorded }) => `${section} (${recorded} recorded)`);
  return [`not managed here: ${sections.join(', ')}`];
}

/** When changes of dimensions and indexes take effect; empty outside of production. */
export function effectLines(boundaries: Boundaries, changes: readonly Change[]): readonly string[] {
  return TIMED_SECTIONS.flatMap((timed) => {
    const when = boundaries[timed];
    if (when === null || !changes.some(({ kind }) => KINDS[kind].timed === timed)) return [];
    return [`${timed} take effect at ${when} UTC`];
  });
}

function painter({ color }: TextOptions): Paint {
  if (!color) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

function joinBlocks(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
