/** `/keys`: what is published, key by key. */

import { type ConsoleState, type PublishedKey, readKeys } from '../applying/console.js';
import type { ApplyContext } from '../applying/context/context.js';
import { shortened } from '../rendering/difference.js';
import { html } from '../rendering/html/html.js';
import { bounded, pageOf, tableOf } from './page.js';
import { SharedRead } from './shared-read.js';

const FRESH_MS = 1_000;
const MAX_KEYS = 200;
const MAX_VALUE_LENGTH = 240;

/** What the page shows. */
interface Shown {
  readonly state: ConsoleState;
  readonly target: string;
  /** A part of the keys; empty: all. */
  readonly part: string;
  readonly keys: readonly PublishedKey[];
}

/** A function that reads the keys of a target, once for all who ask at the same time. */
export function keysReader(context: ApplyContext) {
  const reads = new Map<string, SharedRead<readonly PublishedKey[]>>();
  return (target: string) => {
    const read =
      reads.get(target) ?? new SharedRead(async () => await readKeys(context, target), FRESH_MS);
    reads.set(target, read);
    return read.get();
  };
}

/** Differing keys come first, with what is recorded. */
export function keysPage({ state, target, part, keys }: Shown): string {
  const report = state.verify.targets.find(({ target: name }) => name === target);
  const differing = new Map((report?.differences ?? []).map((one) => [one.key, one]));
  const found = new Map(keys.map((one) => [one.key, one]));
  const names = [...new Set([...differing.keys(), ...found.keys()])];
  const { shown, more } = bounded(
    names.filter((name) => name.includes(part)),
    MAX_KEYS,
  );
  const rows = shown.map((name) => {
    const { value, revision } = found.get(name) ?? {};
    const difference = differing.get(name);
    const wanted = difference === undefined ? value : difference.expected;
    const mark = difference && html` <b class="bad">${difference.kind}</b>`;
    const cells = [wanted, value].map((text) => {
      return html`<code>${shortened(text ?? '-', MAX_VALUE_LENGTH)}</code>`;
    });
    return [html`<code>${name}</code>${mark}`, ...cells, revision];
  });
  const links = state.status.targets.map(({ name }) => {
    return html`<a href="/keys?target=${encodeURIComponent(name)}">${name}</a> `;
  });
  const head = ['key', 'wanted', 'found', 'revision'];
  const title = part === '' ? target : `${target}, with ${part}`;
  return pageOf(
    'Keys',
    html`<h2>Keys of ${title}</h2><p>${links}</p>
<p class="quiet">?q=TEXT in the address shows the keys with this text</p>
${tableOf(head, rows, 'no key')}${more}`,
  );
}
