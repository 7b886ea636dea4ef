/** A verify report as a page for a browser: one file, no script, below a megabyte. */
import { formatLsn } from '../../model/lsn.js';
import { counted, placeText } from '../../model/text.js';
import type { Difference } from '../../verifying/compare.js';
import type { TargetReport, VerifyReport } from '../../verifying/verdict.js';
import { shortened } from '../difference.js';
import { documentOf, list, namesWithin, Space, section, table } from '../html/document.js';
import { type Html, html } from '../html/html.js';
import { TONES } from '../html/tones.js';
import { VERIFY_COMMENT } from '../marks.js';
import {
  comparedText,
  differenceText,
  lastApplyText,
  meaningOf,
  nodesVerdictLines,
  type OpenObject,
  openObjects,
} from './text.js';

/** Of each list; what follows is listed by its name alone. */
const MAX_ROWS = 500;
const ROWS_BYTES = 450_000;
const NAMES_BYTES = 250_000;
/** Of the targets and of the nodes, each. */
const STATES_BYTES = 80_000;
/** Of the name of a target in a heading. */
const MAX_NAME_LENGTH = 100;
const MAX_TEXT_LENGTH = 1_000;

/** A whole document, newline at the end. */
export function verifyHtml(report: VerifyReport): string {
  const { verdict, targets, lastApply } = report;
  const spaces = { rows: new Space(ROWS_BYTES), names: new Space(NAMES_BYTES) };
  const compared = comparedText(report);
  const last = lastApply && html`<p><small>${short(lastApplyText(lastApply))}</small></p>\n`;
  return documentOf({
    comment: VERIFY_COMMENT,
    title: `Verify: ${verdict}`,
    header: html`<h1>Verify</h1><p class="verdict ${TONES[verdict]}">${verdict}</p>`,
    main: html`<p><b>${meaningOf(report)}</b></p>
${compared && html`<p class="quiet">${short(compared)}</p>\n`}${last}${targets.map((target) => [
  differencesOf(`Differences of ${nameOf(target)}`, target.differences, spaces),
  differencesOf(`Repaired of ${nameOf(target)}`, target.repaired ?? [], spaces),
])}${objectsOf(openObjects(report), spaces)}${targetsOf(targets)}${nodesOf(report)}`,
  });
}

function short(text: string): string {
  return shortened(text, MAX_TEXT_LENGTH);
}

function nameOf({ target }: TargetReport): string {
  return shortened(target, MAX_NAME_LENGTH);
}

/** Those that agree come last. */
function targetsOf(targets: readonly TargetReport[]): Html | undefined {
  const isWell = ({ verdict }: TargetReport) => Number(verdict === 'converged');
  const spaces = { rows: new Space(STATES_BYTES), names: new Space(STATES_BYTES) };
  const ordered = targets.toSorted((a, b) => isWell(a) - isWell(b));
  return section('Targets', listing(ordered, { row: targetRow, name: nameOf }, spaces));
}

function nodesOf({ nodes }: VerifyReport): Html | undefined {
  if (nodes === undefined) return undefined;
  const space = new Space(STATES_BYTES);
  const lines = nodesVerdictLines(nodes).map((line) => html`${line.trim()}`);
  const shown = lines.filter((line) => space.takes(line));
  const rest = lines.length - shown.length;
  return section('Storage nodes', [list(rest === 0 ? shown : [...shown, html`and ${rest} more`])]);
}

function targetRow({ target, verdict, detail, hint, position, keys }: TargetReport): Html {
  const at = position && `published up to ${formatLsn(position.lsn)}, ${counted(keys, 'key')}`;
  const help = hint === undefined ? '' : `hint: ${short(hint)}`;
  return html`<tr><td>${shortened(target, MAX_NAME_LENGTH)}</td><td><b class="${TONES[verdict]}">${verdict}</b></td>
<td>${short(detail)} ${help}</td><td>${at}</td></tr>\n`;
}

interface Spaces {
  readonly rows: Space;
  readonly names: Space;
}

/** Rows as long as they fit, then names. */
function listing<Item>(
  items: readonly Item[],
  { row, name }: { readonly row: (item: Item) => Html; readonly name: (item: Item) => string },
  spaces: Spaces,
): readonly (Html | undefined)[] {
  const rows: Html[] = [];
  const others: string[] = [];
  for (const item of items) {
    const markup = rows.length < MAX_ROWS && !spaces.rows.isFull ? row(item) : undefined;
    if (markup !== undefined && spaces.rows.takes(markup)) rows.push(markup);
    else others.push(name(item));
  }
  const names = namesWithin(others, spaces.names);
  const more = names && html`<p>${others.length} more, by name: ${names}</p>\n`;
  return [table(rows), more];
}

function differencesOf(
  title: string,
  differences: readonly Difference[],
  spaces: Spaces,
): Html | undefined {
  const row = (difference: Difference) =>
    html`<tr><td><code>${differenceText(difference)}</code></td></tr>\n`;
  const content = listing(differences, { row, name: ({ key }) => key }, spaces);
  return section(`${title} (${differences.length})`, content);
}

function objectsOf(objects: readonly OpenObject[], spaces: Spaces): Html | undefined {
  const row = ({ address, drifted, remark, source }: OpenObject) => {
    const place = source === null ? '' : ` at ${short(placeText(source))}`;
    return html`<tr><td class="warn">${drifted ? 'drifted' : 'pending'}</td>
<td><code>${short(address)}</code> <small>${remark}${place}</small></td></tr>\n`;
  };
  const content = listing(objects, { row, name: ({ address }) => address }, spaces);
  return section(`To be applied or looked at (${objects.length})`, content);
}
