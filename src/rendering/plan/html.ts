/**
 * A plan as a page for a browser: one file, no script, below a megabyte. What is dangerous comes
 * first.
 */

import { KIND_NAMES, KINDS, type Kind } from '../../model/kinds.js';
import type { InstanceStatus } from '../../model/resources.js';
import { counted, placeText } from '../../model/text.js';
import { compareTimestamps } from '../../model/time-bounds.js';
import type { Change, ServermapAttributes } from '../../planning/change.js';
import { MEANINGS } from '../../planning/dangers.js';
import type { Plan } from '../../planning/plan.js';
import { shortened } from '../difference.js';
import { documentOf, list, namesWithin, Space, section, table } from '../html/document.js';
import { type Html, html } from '../html/html.js';
import { ringPicture } from '../html/ring.js';
import { timesPicture, windowStart } from '../html/times.js';
import { PLAN_COMMENT } from '../marks.js';
import type { RenderOptions } from '../options.js';
import type { AttributeView } from './attributes.js';
import {
  allowLines,
  dangerCounts,
  effectLines,
  nothingToChange,
  partialLines,
  summaryLine,
  unmanagedLines,
} from './ending.js';
import { byImportance, type ChangeGroup, groupsOf } from './groups.js';
import { MARKS, PHRASES } from './paint.js';
import { changedRuns, shown } from './text.js';

/** Of each kind; what follows is listed by address alone. */
const MAX_ROWS = 500;
const ROWS_BYTES = 400_000;
const NAMES_BYTES = 250_000;
const DANGERS_BYTES = 40_000;
const NOTICES_BYTES = 40_000;
const MAX_VALUE_LENGTH = 1_000;
/** The entries of a servermap before all; its picture shows each. */
const MAX_ATTRIBUTES = 20;

/** A whole document, newline at the end. */
export function planHtml(
  plan: Plan,
  options: Pick<RenderOptions, 'allowedBy' | 'done'> = {},
): string {
  const name = shortened(plan.cluster.database, 200);
  const dangers = plan.changes.reduce((sum, change) => sum + change.dangers.length, 0);
  const verdict =
    dangers === 0
      ? html`<p class="verdict ok">no danger</p>`
      : html`<p class="verdict bad">${counted(dangers, 'danger')}</p>`;
  const summary = plan.changes.length === 0 ? nothingToChange(plan) : summaryLine(plan.summary);
  return documentOf({
    comment: PLAN_COMMENT,
    title: `Plan for ${name}`,
    header: html`<h1>Plan for ${name}</h1>${verdict}`,
    main: html`<p><b>${summary}</b></p>
${section('Dangers', [list(dangerItems(plan, options))])}${list(remarks(plan))}${section(
  'Where copies go',
  [ringOf(plan.changes)],
)}${section('When it takes effect', [timesOf(plan)])}${kindSections(plan.changes)}`,
  });
}

function dangerItems(
  plan: Plan,
  options: Pick<RenderOptions, 'allowedBy' | 'done'>,
): readonly Html[] {
  const counts = dangerCounts(plan);
  const items = Array.from(counts, ([danger, count]) => {
    const dangerous = plan.changes.filter((change) => change.dangers.includes(danger));
    const space = new Space(DANGERS_BYTES / counts.size);
    const names = namesWithin(
      dangerous.map(({ address }) => address),
      space,
    );
    const source = options.allowedBy?.get(danger);
    const how = source === undefined ? '' : ` (allowed by ${shortened(source, 200)})`;
    const times = count === 1 ? '' : ` (${count})`;
    return html`<b class="bad">${danger}</b>${times} ${names}: ${MEANINGS[danger]}${how}`;
  });
  const allow = allowLines([...counts.keys()], { color: false, ...options });
  return [...items, ...allow.map((line) => html`<code>${line}</code>`)];
}

function remarks(plan: Plan): readonly Html[] {
  const space = new Space(NOTICES_BYTES);
  const lines = [
    ...partialLines(plan.partial),
    ...unmanagedLines(plan.unmanaged),
    ...effectLines(plan.boundaries, plan.changes),
    ...plan.notices.map((notice) => `note: ${notice}`),
  ].map((line) => html`${shortened(line, MAX_VALUE_LENGTH)}`);
  const fitting = lines.filter((line) => space.takes(line));
  const rest = lines.length - fitting.length;
  return rest === 0 ? fitting : [...fitting, html`and ${counted(rest, 'more line', 'more lines')}`];
}

// --- pictures --------------------------------------------------------------------------------

function ringOf(changes: readonly Change[]): Html | undefined {
  const change = changes.find(({ kind }) => kind === 'servermap');
  if (change?.kind !== 'servermap' || change.after?.algorithm !== 'ring') return undefined;
  const statuses = new Map<string, InstanceStatus>();
  for (const { kind, after } of changes) {
    if (kind === 'instance' && after !== null) {
      statuses.set(`${after.host}:${after.port}`, after.status);
    }
  }
  return ringPicture({ entries: change.after.entries, before: entriesOf(change.before), statuses });
}

function entriesOf(servermap: ServermapAttributes | null) {
  return servermap?.algorithm === 'ring' ? servermap.entries : undefined;
}

/** What begins or ends; a plan has no present time, so the hours are those around the boundary. */
function timesOf({ boundaries, changes }: Plan): Html | undefined {
  const moments = (['dimensions', 'indexes'] as const).flatMap((name) => {
    const at = boundaries[name];
    return at === null ? [] : [{ name, at }];
  });
  const [first] = moments.toSorted((a, b) => compareTimestamps(a.at, b.at));
  const from = first && windowStart(first.at, 6);
  if (from === undefined) return undefined;
  const rows = changes.flatMap(({ kind, address, after }) =>
    (kind === 'dimension' || kind === 'index' || kind === 'index-field') && after !== null
      ? [{ address, validFrom: after.validFrom, validUntil: after.validUntil }]
      : [],
  );
  return timesPicture({ rows, from, now: from, moments });
}

// --- changes ---------------------------------------------------------------------------------

function kindSections(changes: readonly Change[]): readonly (Html | undefined)[] {
  const groups = groupsOf(changes);
  const rows = fittingRows(groups);
  const space = new Space(NAMES_BYTES);
  return KIND_NAMES.map((kind) => {
    const of = groups.filter(({ first }) => first.kind === kind);
    const size = of.reduce((sum, group) => sum + group.changes.length, 0);
    const others = of
      .filter((group) => !rows.has(group))
      .flatMap((group) => group.changes.map(({ address }) => address));
    const names = namesWithin(others, space);
    const more = names && html`<p>${others.length} more, by address: ${names}</p>\n`;
    return section(`${KINDS[kind].title} (${size})`, [
      table(of.flatMap((group) => rows.get(group) ?? [])),
      more,
    ]);
  });
}

/** The rows of those groups that have space for one. */
function fittingRows(groups: readonly ChangeGroup[]): ReadonlyMap<ChangeGroup, Html> {
  const space = new Space(ROWS_BYTES);
  const rows = new Map<ChangeGroup, Html>();
  const counts = new Map<Kind, number>();
  for (const group of byImportance(groups)) {
    const { kind } = group.first;
    const count = counts.get(kind) ?? 0;
    if (count >= MAX_ROWS) continue;
    counts.set(kind, count + 1);
    const row = rowOf(group);
    if (space.takes(row)) rows.set(group, row);
  }
  return rows;
}

const TONES = {
  green: 'ok',
  yellow: 'warn',
  red: 'bad',
  cyan: 'ok',
  bold: '',
  dim: 'quiet',
} as const;

function rowOf({ first, changes, attributes }: ChangeGroup): Html {
  const { action, reason, source, dangers } = first;
  const { symbol, style } = MARKS[action];
  const names = namesWithin(
    changes.map(({ address }) => address),
    new Space(NAMES_BYTES),
  );
  const count = changes.length === 1 ? '' : ` (${changes.length})`;
  const place = source === null ? '' : ` at ${shortened(placeText(source), MAX_VALUE_LENGTH)}`;
  const why = html`<small>${shortened(reason, MAX_VALUE_LENGTH)}${place}</small>`;
  return html`<tr><td class="${TONES[style]}">${symbol} ${PHRASES[action]}</td><td>${names}${count}
${why}${dangers.map((danger) => html` <b class="bad">${danger}</b>`)}</td>
<td>${attributeLines(attributes)}</td></tr>\n`;
}

function attributeLines(attributes: readonly AttributeView[]): readonly (Html | undefined)[] {
  const rest = attributes.length - MAX_ATTRIBUTES;
  const lines = attributes.slice(0, MAX_ATTRIBUTES).map((view) => {
    return html`<div><small>${view.name}</small> <code>${valueMarkup(view)}</code></div>`;
  });
  return [...lines, rest > 0 ? html`<div>and ${rest} more</div>` : undefined];
}

function valueMarkup({ before, after }: AttributeView): readonly Html[] | string {
  if (before === undefined) return after === undefined ? '' : shown(after, MAX_VALUE_LENGTH);
  if (after === undefined) return [html`<del>${shown(before, MAX_VALUE_LENGTH)}</del>`];
  const runs = changedRuns(before, after);
  if (
    runs !== undefined &&
    runs.reduce((sum, { text }) => sum + text.length, 0) <= MAX_VALUE_LENGTH
  ) {
    return runs.map(({ kind, text }) => {
      if (kind === 'removed') return html`<del>${text}</del>`;
      return kind === 'added' ? html`<ins>${text}</ins>` : html`${text}`;
    });
  }
  const [old, wanted] = [before, after].map((value) => shown(value, MAX_VALUE_LENGTH));
  return [html`<del>${old}</del> <ins>${wanted}</ins>`];
}
