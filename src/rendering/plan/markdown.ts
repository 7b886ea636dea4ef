/**
 * A plan as Markdown, for the comment on a pull request.
 * https://github.github.com/gfm/
 */

import { KIND_NAMES, KINDS, type Kind } from '../../model/kinds.js';
import { foldNames } from '../../model/names.js';
import type { ServermapEntry } from '../../planning/change.js';
import { MEANINGS } from '../../planning/dangers.js';
import type { Plan } from '../../planning/plan.js';
import { shortened } from '../difference.js';
import { codeFence, codeSpan } from '../markdown-quoting.js';
import { PLAN_COMMENT } from '../marks.js';
import type { RenderOptions } from '../options.js';
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
import { Page } from './page.js';
import { groupHead, groupText } from './text.js';

/** Code hosts refuse comments of more than 65,536 characters. */
export const MAX_MARKDOWN_LENGTH = 65_000;
/** Reserved for closing tags and the note about omitted changes. */
const RESERVED_LENGTH = 1_000;
const MAX_DANGERS_LENGTH = 15_000;
/** Each has space of its own, so that none displaces another. */
const LISTS = [
  { noun: 'dangers', maxLength: MAX_DANGERS_LENGTH },
  { noun: 'remarks', maxLength: 3_000 },
  { noun: 'notices', maxLength: 10_000 },
] as const;
const MAX_VALUE_LENGTH = 1_000;
/** The title of a kind, and the marks around a block that holds such marks itself. */
const BLOCK_LENGTH = 300;
/** Of the space for changes, what the heads of all may take before any is shown whole. */
const HEADS_SHARE = 0.75;
/** Longer names are cut in the list of dangers, which has to name each. */
const MAX_NAME_LENGTH = 200;
const PLAIN = { color: false, maxValueLength: MAX_VALUE_LENGTH, maxNamesLength: 2_000 };

/** GitHub flavoured Markdown of at most MAX_MARKDOWN_LENGTH characters, newline at the end. */
export function planMarkdown(
  plan: Plan,
  options: Pick<RenderOptions, 'allowedBy' | 'done'> = {},
): string {
  const page = new Page(MAX_MARKDOWN_LENGTH - RESERVED_LENGTH);
  page.add(`${PLAN_COMMENT}## Plan for ${codeSpan(plan.cluster.database.slice(0, 200))}\n\n`);
  if (plan.changes.length === 0) {
    page.add(`${nothingToChange(plan)}\n`);
  } else {
    page.add(`**${summaryLine(plan.summary)}**\n`);
  }
  const [dangers, remarks, notices] = LISTS;
  page.list('\n### Dangers\n\n', dangerItems(plan, options), dangers);
  const items = remarkItems(plan);
  page.list('\n', items, remarks);
  page.list(items.length === 0 ? '\n' : '', plan.notices.map(noticeItem), notices);
  const groups = groupsOf(plan.changes);
  const blocks = fittingBlocks(groups, page.space - KIND_NAMES.length * BLOCK_LENGTH);
  for (const kind of KIND_NAMES) {
    addKind(page, kind, { groups: groups.filter(({ first }) => first.kind === kind), blocks });
  }
  return page.finish();
}

/** Each danger with what is dangerous, the rarest first, and how to allow them. */
function dangerItems(plan: Plan, options: DangerOptions): readonly string[] {
  const counts = dangerCounts(plan);
  const maxLength = MAX_DANGERS_LENGTH / Math.max(counts.size, 1) - 2 * BLOCK_LENGTH;
  const items = Array.from(counts, ([danger, count]) => {
    const dangerous = plan.changes.filter(({ dangers }) => dangers.includes(danger));
    const names = codeSpan(
      nameList(
        dangerous.map(({ address }) => address),
        maxLength,
      ),
    );
    const source = options.allowedBy?.get(danger);
    const how =
      source === undefined ? '' : ` (allowed by ${codeSpan(source.slice(0, MAX_NAME_LENGTH))})`;
    const times = count === 1 ? '' : ` (${count})`;
    return `- **${danger}**${times} ${names}: ${MEANINGS[danger]}${how}\n`;
  });
  const allow = allowLines([...counts.keys()], { color: false, ...options });
  return [...items, ...allow.map((line) => `- ${codeSpan(line)}\n`)];
}

type DangerOptions = Pick<RenderOptions, 'allowedBy' | 'done'>;

/** As many of the names, folded, as fit, and the number of the other ones. */
function nameList(names: readonly string[], maxLength: number): string {
  const folded = foldNames(names).map((name) => withoutTicks(shortened(name, MAX_NAME_LENGTH)));
  let length = 0;
  const shown = folded.filter((name) => {
    length += name.length + 2;
    return length <= maxLength;
  });
  const more = folded.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`and ${more} more`])].join(', ');
}

function remarkItems(plan: Plan): readonly string[] {
  return [
    ...partialLines(plan.partial).map(noticeItem),
    ...unmanagedLines(plan.unmanaged).map((line) => `- ${line}\n`),
    ...effectLines(plan.boundaries, plan.changes).map((line) => `- ${line}\n`),
  ];
}

/** Longer ones are cut, so that a part of each is shown. */
function noticeItem(text: string): string {
  return `- ${codeSpan(withoutTicks(shortened(text, MAX_VALUE_LENGTH)))}\n`;
}

interface Block {
  readonly form: 'whole' | 'head';
  readonly text: string;
}

/** Of each group that fits into `space` characters its block, else its head: names and dangers. */
function fittingBlocks(
  groups: readonly ChangeGroup[],
  space: number,
): ReadonlyMap<ChangeGroup, Block> {
  const ordered = byImportance(groups);
  const blocks = new Map<ChangeGroup, Block>();
  let left = space;
  for (const group of ordered) {
    const text = `${withoutTicks(groupHead(group, PLAIN))}\n`;
    if (text.length > left - space * (1 - HEADS_SHARE)) continue;
    left -= text.length;
    blocks.set(group, { form: 'head', text });
  }
  for (const group of ordered) {
    const text = wholeBlock(group);
    const more = text.length - (blocks.get(group)?.text.length ?? 0);
    if (more > left) continue;
    left -= more;
    blocks.set(group, { form: 'whole', text });
  }
  return blocks;
}

function wholeBlock(group: ChangeGroup): string {
  const text = codeFence('diff', withoutTicks(groupText(group, PLAIN)));
  const { first } = group;
  if (first.kind !== 'servermap' || first.after?.algorithm !== 'ring') return text;
  const graph = ringGraph(first.after.entries);
  return graph === undefined ? text : `${text}${codeFence('mermaid', graph)}`;
}

/** Marks around code have to be longer than the runs in it, which are cut. */
function withoutTicks(text: string): string {
  return text.replace(/`{20,}/g, (run) => `\`\`\`… (${run.length} times \`)`);
}

interface KindBlocks {
  readonly groups: readonly ChangeGroup[];
  readonly blocks: ReadonlyMap<ChangeGroup, Block>;
}

function addKind(page: Page, kind: Kind, { groups, blocks }: KindBlocks): void {
  if (groups.length === 0) return;
  const count = sizeOf(groups);
  page.add(`\n<details><summary>${KINDS[kind].title} (${count})</summary>\n`);
  const formed = (form: Block['form']) =>
    groups.flatMap((group) => {
      const block = blocks.get(group);
      return block?.form === form ? [block.text] : [];
    });
  for (const text of formed('whole')) page.add(text);
  const heads = formed('head');
  if (heads.length > 0) page.add(codeFence('diff', heads.join('').trimEnd()));
  const omitted = sizeOf(groups.filter((group) => !blocks.has(group)));
  page.omit(omitted);
  if (omitted > 0) page.add(`\n${omitted} of them are not shown.\n`);
  page.add('\n</details>\n');
}

function sizeOf(groups: readonly ChangeGroup[]): number {
  return groups.reduce((sum, { changes }) => sum + changes.length, 0);
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
