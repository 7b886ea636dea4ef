/** The frame of every page, and what pages share. */
import type { LenkwerkError } from '../model/errors.js';
import { failureOf } from '../rendering/failures.js';
import { type Html, type HtmlValue, html } from '../rendering/html/html.js';

/** A whole document. */
export function pageOf(title: string, main: Html): string {
  return `<!doctype html>${html`<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · lenkwerk</title>
<link rel="stylesheet" href="/console.css"><script defer src="/console.js"></script></head>
<body><header><h1>lenkwerk</h1><nav><a href="/">Now</a> <a href="/#targets">Targets</a>
<a href="/#servermap">Servermap</a> <a href="/#time">Time</a> <a href="/keys">Keys</a>
<a href="/nodes">Nodes</a>
<a href="/history">History</a></nav></header>
<main>${main}</main></body></html>
`}`;
}

/** A table with a head; `none` is the text where there are no rows. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly HtmlValue[])[],
  none: string,
): Html {
  if (rows.length === 0) return html`<p class="quiet">${none}</p>`;
  const cells = (row: readonly HtmlValue[]) => row.map((cell) => html`<td>${cell}</td>`);
  return html`<div class="scroll"><table><thead><tr>${head.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody></table></div>`;
}

/** The first so many, and a line that counts the others. */
export function bounded<Item>(items: readonly Item[], most: number) {
  const rest = items.length - most;
  const more = rest > 0 ? html`<p class="quiet">and ${rest} more</p>` : undefined;
  return { shown: items.slice(0, most), more };
}

/** The page in place of what could not be read. */
export function failurePage(error: unknown, at: Date): string {
  const { message, hint }: Pick<LenkwerkError, 'message' | 'hint'> = {
    hint: undefined,
    ...failureOf(error),
  };
  return pageOf(
    'not read',
    html`<p class="verdict bad">not read</p><p>${message}</p><p class="quiet">${hint ?? ''}</p>
<p><small>as of ${timeOf(at)}</small></p>`,
  );
}

/** UTC, without fractions. */
export function timeOf(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}
