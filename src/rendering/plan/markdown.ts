/**
 * A plan as Markdown, for the comment on a pull request.
 * https://github.github.com/gfm/
 */
import { KIND_NAMES, KINDS, type Kind } from '../../model/kinds.js';
import type { Change, ServermapEntry } from '../../planning/change.js';
import { MEANINGS } from '../../planning/dangers.js';
import type { Danger } from '../../planning/format/generated/dangers.js';
import type { Plan } from '../../planning/plan.js';
import { codeFence, codeSpan } from '../markdown-quoting.js';
import type { Allowances, RenderOptions } from '../options.js';
import {
  changeHead,
  changeText,
  effectLines,
  nothingToChange,
  partialLines,
  summaryLine,
  unmanagedLines,
} from './text.js';

/** Code hosts refuse comments of more than 65,536 characters. */
export const MAX_MARKDOWN_LENGTH = 65_000;
/** Reserved for closing tags and the note about omitted changes. */
const RESERVED_LENGTH = 1_000;
const MAX_DANGERS_LENGTH = 15_000;
const MAX_REMARKS_LENGTH = 10_000;
const MAX_VALUE_LENGTH = 1_000;
/** The title of a kind, and the marks around a block that holds such marks itself. */
const BLOCK_LENGTH = 300;
const PLAIN = { color: false, maxValueLength: MAX_VALUE_LENGTH };

/** GitHub flavoured Markdown of at most MAX_MARKDOWN_LENGTH characters, newline at the end. */
export function planMarkdown(
  plan: Plan,
  { allowedBy }: Pick<RenderOptions, 'allowedBy'> = {},
): string {
  const page = new Page(MAX_MARKDOWN_LENGTH - RESERVED_LENGTH);
  page.add(`## Plan for ${codeSpan(plan.cluster.database.slice(0, 200))}\n\n`);
  if (plan.changes.length === 0) {
    page.add(`${nothingToChange(plan)}\n`);
  } else {
    page.add(`**${summaryLine(plan.summary)}**\n`);
  }
  page.list('\n### Dangers\n\n', dangerItems(plan, allowedBy), MAX_DANGERS_LENGTH);
  page.list('\n', remarkItems(plan), MAX_REMARKS_LENGTH);
  const heads = new Heads(plan.changes);
  for (const kind of KIND_NAMES) addKind(page, kind, { plan, heads });
  return page.finish();
}

/** What is rare first, so that it is never behind the limit. */
function dangerItems(plan: Plan, allowedBy: Allowances | undefined): readonly string[] {
  const items = new Map<Danger, string[]>();
  for (const { address, dangers } of plan.changes) {
    const name = codeSpan(address.slice(0, MAX_VALUE_LENGTH));
    for (const danger of dangers) {
      const source = allowedBy?.get(danger);
      const how = source === undefined ? '' : ` (allowed by ${codeSpan(source)})`;
      const item = `- **${danger}** ${name}: ${MEANINGS[danger]}${how}\n`;
      items.set(danger, [...(items.get(danger) ?? []), item]);
    }
  }
  return [...items.values()].sort((a, b) => a.length - b.length).flat();
}

function remarkItems(plan: Plan): readonly string[] {
  return [
    ...partialLines(plan.partial).map((line) => `- ${codeSpan(line)}\n`),
    ...unmanagedLines(plan.unmanaged).map((line) => `- ${line}\n`),
    ...effectLines(plan.boundaries, plan.changes).map((line) => `- ${line}\n`),
    ...plan.notices.map((notice) => `- ${codeSpan(notice)}\n`),
  ];
}

/** What is kept of every change when not all of it fits: its address and its dangers. */
class Heads {
  readonly #texts: ReadonlyMap<Change, string>;
  /** What those that are not on the page yet, and the blocks of all kinds, may take. */
  restLength = KIND_NAMES.length * BLOCK_LENGTH;

  constructor(changes: readonly Change[]) {
    this.#texts = new Map(changes.map((change) => [change, `${changeHead(change, PLAIN)}\n`]));
    for (const text of this.#texts.values()) this.restLength += text.length;
  }

  of(change: Change): string {
    return this.#texts.get(change) ?? '';
  }

  /** The change is on the page, or left out. */
  settle(change: Change): void {
    this.restLength -= this.of(change).length;
  }
}

interface Shown {
  readonly plan: Plan;
  readonly heads: Heads;
}

function addKind(page: Page, kind: Kind, { plan, heads }: Shown): void {
  const changes = plan.changes.filter((change) => change.kind === kind);
  if (changes.length === 0) return;
  const title = `${KINDS[kind].title} (${changes.length})`;
  if (!page.tryAdd(`\n<details><summary>${title}</summary>\n`)) {
    page.omit(changes.length);
    return;
  }
  const short: Change[] = [];
  for (const change of changes) {
    const reservedLength = heads.restLength - heads.of(change).length;
    if (addChange(page, change, reservedLength)) heads.settle(change);
    else short.push(change);
  }
  const fitting = page.fitting(short.map((change) => heads.of(change)));
  if (fitting.length > 0) page.add(codeFence('diff', fitting.join('').trimEnd()));
  page.omit(short.length - fitting.length);
  for (const change of short) heads.settle(change);
  page.close('\n</details>\n');
}

/** False where it does not fit beside `reservedLength` characters. */
function addChange(page: Page, change: Change, reservedLength: number): boolean {
  if (!page.tryAdd(codeFence('diff', changeText(change, PLAIN)), reservedLength)) return false;
  if (change.kind !== 'servermap' || change.after?.algorithm !== 'ring') return true;
  const graph = ringGraph(change.after.entries);
  if (graph !== undefined) page.tryAdd(codeFence('mermaid', graph), reservedLength);
  return true;
}

/** Text of limited length: whole blocks only, and a count of the omitted ones. */
class Page {
  readonly #limit: number;
  readonly #parts: string[] = [];
  #length = 0;
  #omitted = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  tryAdd(part: string, reservedLength = 0): boolean {
    if (this.#length + part.length + reservedLength > this.#limit) return false;
    this.add(part);
    return true;
  }

  /** As many of the lines as fit into one block. */
  fitting(lines: readonly string[]): readonly string[] {
    let length = this.#length + BLOCK_LENGTH;
    return lines.filter((line) => {
      if (length + line.length > this.#limit) return false;
      length += line.length;
      return true;
    });
  }

  /** Closing tags always fit: space is reserved for them. */
  close(tag: string): void {
    this.add(tag);
  }

  /** As many items as fit into `maxLength` characters, and the number of the others. */
  list(heading: string, items: readonly string[], maxLength: number): void {
    if (items.length === 0) return;
    this.add(heading);
    const end = this.#length + maxLength;
    const shown = items.filter((item) => this.#length + item.length <= end && this.tryAdd(item));
    if (shown.length < items.length) this.add(`- and ${items.length - shown.length} more\n`);
  }

  omit(changes: number): void {
    this.#omitted += changes;
  }

  finish(): string {
    if (this.#omitted > 0) {
      const noun = this.#omitted === 1 ? '1 change is' : `${this.#omitted} changes are`;
      this.add(`\n> **Truncated:** ${noun} not shown, because a comment has a limited length. `);
      this.add('Run `lenkwerk plan` to see all of it.\n');
    }
    return this.#parts.join('');
  }
}

// The ring of the servermap as a Mermaid graph. https://mermaid.js.org/syntax/flowchart.html

/** Larger rings are unreadable as a picture. */
const MAX_GRAPH_INSTANCES = 20;

/**
 * An arrow leads from the instance that accepts new data to the one with its second copy. undefined
 * for an empty ring, or one that is too large.
 */
function ringGraph(entries: readonly ServermapEntry[]): string | undefined {
  const names = [...new Set(entries.flatMap((entry) => [entry.schaufel, ...entry.copies]))];
  if (names.length === 0 || names.length > MAX_GRAPH_INSTANCES) return undefined;
  const node = new Map(names.map((name, i) => [name, `n${i}`]));
  const nodes = names.map((name, i) => `  n${i}["${label(name)}"]`);
  const arrows = entries.flatMap(({ schaufel, copies }) =>
    copies
      .filter((copy, i) => copy !== schaufel || i > 0)
      .map((copy) => `  ${node.get(schaufel)} --> ${node.get(copy)}`),
  );
  return ['graph LR', ...nodes, ...arrows].join('\n');
}

/** Characters other than those of host names are written as Mermaid's numeric entities. */
function label(name: string): string {
  return name.replace(/[^A-Za-z0-9.:_-]/gu, (character) => `#${character.codePointAt(0)};`);
}
