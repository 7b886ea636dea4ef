/** `/history` and `/history/N`: the log of applies. `/nodes`: what nodes acknowledge. */
import type { ConsoleHistory, ConsoleState } from '../applying/console.js';
import type { readApply } from '../applying/history.js';
import { type Html, html } from '../rendering/html/html.js';
import { nodesLines } from '../rendering/nodes.js';
import { entryText } from '../rendering/reports/history.js';
import { bounded, pageOf, tableOf } from './page.js';

const SECONDS_LENGTH = 'YYYY-MM-DD HH:MM:SS'.length;
const DIGEST_LENGTH = 12;
const MAX_NODES = 500;

/** At most so many of the newest applies. */
export function historyTable(history: ConsoleHistory | undefined, most: number): Html {
  if (history === undefined) return html`<p class="quiet">hidden from this role</p>`;
  const rows = history.entries
    .slice(0, most)
    .map((entry) => [
      html`<a href="/history/${entry.id.toString()}">${entry.id.toString()}</a>`,
      entry.appliedAt.slice(0, SECONDS_LENGTH),
      entry.author ?? '-',
      entry.databaseUser,
      entry.gitCommit ?? '-',
      html`<code>${entry.digest.slice(0, DIGEST_LENGTH)}</code>`,
    ]);
  const { broken } = history;
  const chain =
    broken === undefined
      ? html`<p class="quiet">every entry carries the digest of the one before</p>`
      : html`<p class="bad">the log is broken at entry ${broken.id.toString()}</p>`;
  const head = ['apply', 'when (UTC)', 'reported author', 'database user', 'commit', 'digest'];
  return html`${chain}${tableOf(head, rows, 'nothing was applied yet')}`;
}

/** The page of the newest applies. */
export function historyPage({ history }: ConsoleState): string {
  const count = history?.entries.length ?? 0;
  return pageOf('History', html`<h2>History</h2>${historyTable(history, count)}`);
}

/** The page of one apply, with its plan. */
export function applyPage({ entry, ...chain }: Awaited<ReturnType<typeof readApply>>): string {
  const text = entryText(entry, { chain, color: false });
  const lines = text.split('\n').map((line) => html`${line}\n`);
  return pageOf(
    `Apply ${entry.id}`,
    html`<h2>Apply ${entry.id.toString()}</h2><pre>${lines}</pre>`,
  );
}

/** The page of what storage nodes acknowledge. */
export function nodesPage({ status: { nodes } }: ConsoleState): string {
  const { shown, more } = bounded(nodes.nodes, MAX_NODES);
  const rows = shown.map(({ name, host, port, state, target }) => [
    name,
    `${host}:${port}`,
    state,
    target ?? '-',
  ]);
  const lines = nodes.isUsed ? nodesLines(nodes, 'in step') : ['none acknowledges anything'];
  const head = ['node', 'instance', 'state', 'target'];
  return pageOf(
    'Nodes',
    html`<h2>Nodes</h2>${lines.map((line) => html`<p>${line}</p>`)}
${tableOf(head, rows, 'no node')}${more}`,
  );
}
