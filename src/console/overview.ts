/** `/`: the verdict, the states, and what differs. */
import type { ConsoleState } from '../applying/console.js';
import { formatLsn } from '../model/lsn.js';
import { counted, placeText, sizeText } from '../model/text.js';
import { countStates } from '../nodes/judge.js';
import type { TargetReport as SeenTarget } from '../observing/status.js';
import { type Html, html } from '../rendering/html/html.js';
import { TONES, type Tone } from '../rendering/html/tones.js';
import { comparedText, differenceText, meaningOf, openObjects } from '../rendering/verify/text.js';
import { lossesByHost } from './hosts.js';
import { historyTable } from './log.js';
import { bounded, pageOf, tableOf, timeOf } from './page.js';

const MAX_ROWS = 100;
const MAX_NAMES = 8;
const LAST_APPLIES = 5;

/** The whole page; `at`: when the read began. */
export function overviewPage(state: ConsoleState, at: Date): string {
  const { verify, database, unreadable, status } = state;
  const { verdict } = verify;
  const main = html`<p class="verdict ${TONES[verdict]}">${verdict}</p>
<p>${meaningOf(verify)} <small>${database}, as of ${timeOf(at)}</small></p>
${noteOf(unreadable === undefined ? comparedText(verify) : `manifests not read: ${unreadable}`)}
<ol class="boxes">${boxes(state)}</ol>
${differences(state)}
<section id="targets"><h2>Targets</h2>${targets(state)}${troubles(status.troubles)}</section>
<section id="servermap"><h2>Servermap</h2>${servermap(state)}</section>
<section id="time"><h2>Time</h2>${times(state)}</section>
<section id="history"><h2>Last applies</h2>${historyTable(state.history, LAST_APPLIES)}</section>`;
  return pageOf(`${verdict} ${database}`, main);
}

function noteOf(note: string | undefined): Html | undefined {
  return note === undefined ? undefined : html`<p class="quiet">${note}</p>`;
}

function boxes(state: ConsoleState): readonly Html[] {
  const { verify, status, unreadable } = state;
  const open = openObjects(verify);
  const drifted = open.filter((object) => object.drifted).length;
  const keys = verify.targets.reduce((sum, { differences: found }) => sum + found.length, 0);
  const worst = verify.targets.some(({ verdict }) => verdict === 'diverged') ? 'bad' : 'warn';
  const isPublished = verify.targets.every(({ verdict }) => verdict === 'converged');
  const { plan, lastApply } = verify;
  const asked = plan === undefined ? 'no manifests' : counted(plan.changes.length, 'open change');
  const isDesired = unreadable === undefined && (plan?.changes.length ?? 0) === 0;
  const apply = lastApply === undefined ? 'no apply' : `apply ${lastApply.id}`;
  return [
    box(isDesired ? 'ok' : 'warn', 'desired', asked, plan?.gitCommit ?? ''),
    box(drifted > 0 ? 'warn' : 'ok', 'recorded', apply, `${counted(drifted, 'object')} drifted`),
    box(
      isPublished ? 'ok' : worst,
      'published',
      counted(verify.targets.length, 'target'),
      isPublished ? 'all keys agree' : `${counted(keys, 'key')} seen to differ`,
    ),
    nodesBox(status),
  ];
}

function nodesBox({ nodes: { nodes, isUsed } }: ConsoleState['status']): Html {
  if (!isUsed) return box('ok', 'nodes', 'none acknowledges anything', '');
  const inStep = countStates(nodes).get('in-step') ?? 0;
  const tone = inStep === nodes.length ? 'ok' : 'warn';
  return box(tone, 'nodes', `${inStep} of ${nodes.length} in step`, '');
}

function box(tone: Tone, ...[name, what, note]: readonly [string, string, string]): Html {
  return html`<li class="${tone}"><b>${name}</b><span>${what}</span><small>${note}</small></li>`;
}

function differences({ verify }: ConsoleState): Html | undefined {
  const keys = verify.targets.flatMap(({ target, verdict, differences: found }) =>
    found.map((one) => [`${target}: ${verdict}`, one.key, differenceText(one)]),
  );
  const objects = openObjects(verify).map(({ address, drifted, remark, source }) => [
    drifted ? 'drifted' : 'pending',
    address,
    `${remark}${source === null ? '' : ` at ${placeText(source)}`}`,
  ]);
  const rows = [...keys, ...objects];
  if (rows.length === 0) return undefined;
  const { shown, more } = bounded(rows, MAX_ROWS);
  const cells = shown.map(([where, what, detail]) => [
    where,
    html`<code>${what}</code>`,
    html`<code>${detail}</code>`,
  ]);
  return html`<section id="differs"><h2>What differs</h2>
${tableOf(['where', 'what', 'detail'], cells, '')}${more}</section>`;
}

function targets({ verify, status }: ConsoleState): Html {
  const rows = status.targets.map((seen) => {
    const report = verify.targets.find(({ target }) => target === seen.name);
    const verdict = report?.verdict ?? 'inconclusive';
    return [
      html`<b>${seen.name}</b>`,
      html`<b class="${TONES[verdict]}">${verdict}</b> <small>${report?.detail}</small>`,
      readerOf(seen),
      seen.lagBytes === undefined ? 'unknown' : sizeText(seen.lagBytes),
      html`${seen.slotName} <small>${slotOf(seen)}</small>`,
      seen.checkpoint === undefined ? 'nothing known' : formatLsn(seen.checkpoint.lsn),
      seen.store ?? 'no usable settings',
    ];
  });
  const head = ['target', 'verdict', 'active', 'lag', 'slot', 'published up to', 'store'];
  return tableOf(head, rows, 'no target');
}

function readerOf({ slot }: SeenTarget): Html {
  const reader = slot?.reader;
  if (reader === undefined) return html`<b class="bad">no agent</b>`;
  return html`${reader.address ?? 'local'} <small>pid ${reader.pid}</small>`;
}

function slotOf({ slot }: SeenTarget): string {
  if (slot === undefined) return 'missing';
  const kept = slot.keptBytes === undefined ? 'unknown' : sizeText(slot.keptBytes);
  return `WAL ${slot.walStatus ?? 'unknown'}, keeps ${kept}`;
}

function troubles(found: readonly string[]): Html {
  if (found.length === 0) return html`<p class="quiet">no trouble</p>`;
  return html`<ul class="bad">${found.map((trouble) => html`<li>${trouble}</li>`)}</ul>`;
}

function servermap({ copies }: ConsoleState): Html {
  const losses = lossesByHost(copies.statuses.keys(), copies.entries);
  const { shown, more } = bounded(losses, MAX_ROWS);
  const rows = shown.map(({ host, lost, thin }) => [host, namesOf(lost), namesOf(thin)]);
  const head = ['host that goes away', 'out of reach', 'left with one copy'];
  const unreadable = copies.unreadable.map(({ entry }) => entry);
  const now =
    unreadable.length === 0 ? undefined : `without a readable copy now: ${unreadable.length}`;
  return html`${noteOf(now)}${tableOf(head, rows, 'no instance is registered')}${more}`;
}

function namesOf(names: readonly string[]): Html {
  const some = names.slice(0, MAX_NAMES).join(', ');
  const rest = names.length > MAX_NAMES ? ', …' : '';
  return html`${names.length} <small>${some}${rest}</small>`;
}

function times({ timed }: ConsoleState): Html {
  const { shown, more } = bounded(timed, MAX_ROWS);
  const rows = shown.map(({ address, row }) => [
    html`<code>${address}</code>`,
    row.validFrom,
    row.validUntil,
  ]);
  const head = ['dimension or index', 'from (UTC)', 'until (UTC)'];
  return html`${tableOf(head, rows, 'no dimension or index')}${more}`;
}
