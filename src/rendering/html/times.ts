/** When dimensions and indexes hold, as bars over some hours. Times are UTC. */
import { counted, printable } from '../../model/text.js';
import {
  compareTimestamps,
  hoursAfter,
  INFINITY,
  type Timestamp,
} from '../../model/time-bounds.js';
import { type Html, html } from './html.js';
import { cutMiddle } from './layout.js';

interface TimedRow {
  readonly address: string;
  readonly validFrom: Timestamp;
  readonly validUntil: Timestamp;
}

/** A vertical line with its name. */
interface Moment {
  readonly name: string;
  readonly at: Timestamp;
}

interface Times {
  readonly rows: readonly TimedRow[];
  /** The beginning of the twelve hours that are shown. */
  readonly from: Timestamp;
  /** What is coming and what is past is seen from here. */
  readonly now: Timestamp;
  /** Such as now and the boundary. */
  readonly moments: readonly Moment[];
}

const HOURS = 12;
/** The longest name that a narrow page holds beside its note. */
const MAX_NAME_LENGTH = 32;
const MAX_ROWS = 200;
const ROW_HEIGHT = 40;
const LINE_HEIGHT = 18;

/** The beginning of a picture; undefined for a time that is none of ours, such as `infinity`. */
export function windowStart(at: Timestamp, hoursBefore: number): Timestamp | undefined {
  const isOurs = /^[2-8]\d{3}-/.test(at) && Number.isFinite(timeOf(at));
  return isOurs ? hoursAfter(at, -hoursBefore) : undefined;
}

function timeOf(at: Timestamp): number {
  return Date.parse(`${at.replace(' ', 'T')}Z`);
}

/** A figure with a bar for each row; undefined without rows. */
export function timesPicture({ rows, from, now, moments }: Times): Html | undefined {
  if (rows.length === 0) return undefined;
  const window = { from, until: hoursAfter(from, HOURS) };
  const head = (moments.length + 1) * LINE_HEIGHT;
  const shown = rows.slice(0, MAX_ROWS);
  const height = head + shown.length * ROW_HEIGHT + 8;
  const rest = rows.length - shown.length;
  const places = shown.map((row, at) => ({ row, window, now, y: head + at * ROW_HEIGHT }));
  const states = shown.map((row) => stateOf(row, now));
  const count = (state: State) => states.filter((one) => one === state).length;
  const title = 'When dimensions and indexes hold';
  return html`<figure class="times"><svg height="${height}" role="img" aria-label="${title}">
<title>${title}</title><desc>${counted(rows.length, 'row')}: ${count('coming')} coming, ${count(
    'leaving',
  )} leaving.</desc>
${hourLines({ head, height })}${places.map(bar)}${moments.map((moment, at) =>
  momentLine(moment, { window, y: at * LINE_HEIGHT, height }),
)}${hourNames(window, head)}${places.map(rowName)}</svg>${rest > 0 ? html`<p class="quiet">and ${rest} more</p>` : undefined}
<figcaption>Times are UTC, from ${minutes(window.from)} to ${minutes(window.until)}.</figcaption></figure>`;
}

interface Window {
  readonly from: Timestamp;
  readonly until: Timestamp;
}

/** In percent of the window, whose ends stand for all that is outside. */
function place(at: Timestamp, { from, until }: Window): number {
  if (compareTimestamps(at, from) <= 0) return 0;
  if (compareTimestamps(at, until) >= 0) return 100;
  const share = (timeOf(at) - timeOf(from)) / (timeOf(until) - timeOf(from));
  return Number.isFinite(share) ? 100 * share : 0;
}

interface Height {
  readonly head: number;
  readonly height: number;
}

function hourLines({ head, height }: Height): readonly Html[] {
  return Array.from({ length: HOURS + 1 }, (_, hour) => {
    const x = fixed((100 * hour) / HOURS);
    return html`<line class="grid" x1="${x}%" x2="${x}%" y1="${head}" y2="${height}"/>\n`;
  });
}

/** Of every third hour. */
function hourNames({ from }: Window, head: number): readonly Html[] {
  return [0, 3, 6, 9, HOURS].map((hour) => {
    const x = fixed((100 * hour) / HOURS);
    const anchor = hour === 0 ? 'start' : hour === HOURS ? 'end' : 'middle';
    const name = hourOf(hoursAfter(from, hour));
    return html`<text x="${x}%" y="${head - 5}" text-anchor="${anchor}">${name}</text>\n`;
  });
}

/** Its name has a line of its own, on the wider side. */
function momentLine(
  { name, at }: Moment,
  { window, y, height }: { readonly window: Window; readonly y: number; readonly height: number },
): Html {
  const x = place(at, window);
  const [anchor, aside] = x > 50 ? ['end', -6] : ['start', 6];
  const style = name === 'now' ? 'now' : 'boundary';
  return html`<line class="${style}" x1="${fixed(x)}%" x2="${fixed(x)}%" y1="${y + 3}" y2="${height}"/>
<text x="${fixed(x)}%" dx="${aside}" y="${y + 14}" text-anchor="${anchor}">${name} ${noteTime(
    at,
    window,
  )}</text>\n`;
}

type State = 'coming' | 'leaving' | 'present' | 'history';

function stateOf({ validFrom, validUntil }: TimedRow, now: Timestamp): State {
  if (compareTimestamps(validUntil, now) <= 0) return 'history';
  if (compareTimestamps(validFrom, validUntil) >= 0) return 'history';
  if (compareTimestamps(validFrom, now) > 0) return 'coming';
  return validUntil === INFINITY ? 'present' : 'leaving';
}

interface RowPlace {
  readonly row: TimedRow;
  readonly window: Window;
  readonly now: Timestamp;
  readonly y: number;
}

function bar({ row, window, now, y }: RowPlace): Html | undefined {
  const { address, validFrom, validUntil } = row;
  const [start, end] = [place(validFrom, window), place(validUntil, window)];
  if (end <= start) return undefined;
  const state = stateOf(row, now);
  const [x, width] = [fixed(start), fixed(end - start)];
  return html`<rect class="bar ${state}" x="${x}%" width="${width}%" y="${y + 23}" height="10" rx="3">
<title>${address}, from ${validFrom} until ${validUntil}</title></rect>\n`;
}

/** Over its bar, with what is to come. */
function rowName({ row, window, now, y }: RowPlace): Html {
  const state = stateOf(row, now);
  const name = cutMiddle(printable(row.address), MAX_NAME_LENGTH);
  return html`<text class="name" x="0" y="${y + 17}"><title>${row.address}</title>${name}<tspan
class="${state}" dx="8">${noteOf(row, state, window)}</tspan></text>\n`;
}

function noteOf({ validFrom, validUntil }: TimedRow, state: State, window: Window): string {
  if (state === 'coming') return `from ${noteTime(validFrom, window)}`;
  if (state === 'leaving') return `ends ${noteTime(validUntil, window)}`;
  return state === 'history' ? `ended ${noteTime(validUntil, window)}` : '';
}

/** With its date where the window does not show it. */
function noteTime(at: Timestamp, { from, until }: Window): string {
  const isInside = compareTimestamps(at, from) >= 0 && compareTimestamps(at, until) <= 0;
  return isInside ? hourOf(at) : minutes(at);
}

function hourOf(at: Timestamp): string {
  return at.slice(11, 16);
}

/** Without seconds; infinite ones have none. */
function minutes(at: Timestamp): string {
  return at.replace(/(\d\d:\d\d):[\d.]+/, '$1');
}

function fixed(value: number): string {
  return value.toFixed(2);
}
