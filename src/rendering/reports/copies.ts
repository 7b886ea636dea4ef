/** The report of `lenkwerk copies`, as text and as JSON. */
import { foldNames } from '../../model/names.js';
import { escapeJson, printable } from '../../model/text.js';
import {
  type CopiesReport,
  type CountedGeneration,
  type EntryCopies,
  newestGenerations,
} from '../../planning/instances/copies.js';
import { table } from './table.js';

const SECONDS_LENGTH = 'YYYY-MM-DD HH:MM:SS'.length;

const GENERATIONS_SHOWN = 10;

/** A line for each entry, and at the end what has no readable copy; newline at the end. */
export function copiesText(report: CopiesReport): string {
  const { generations, entries } = report;
  if (generations.length === 0) return 'There is no servermap: no data is placed.\n';
  const rows = entries.map((entry) => [
    printable(entry.entry),
    newestGenerations(entry.generations),
    entry.copies.map((name) => copyText(name, report)).join(', '),
  ]);
  const older = generations.slice(GENERATIONS_SHOWN).length;
  return [
    ...generations.slice(0, GENERATIONS_SHOWN).map((one) => `${generationLine(one)}\n`),
    older === 0 ? '' : `and ${older} older (--json has each)\n`,
    '\n',
    table([['ENTRY', 'GENERATIONS', 'COPIES'], ...rows]),
    '\n',
    `${conclusion(report)}\n`,
  ].join('');
}

function generationLine({ id, isCurrent, replacedBy }: CountedGeneration): string {
  if (isCurrent) return `generation ${id}: current`;
  const when =
    replacedBy === null
      ? 'at a time that is not known'
      : `by ${replacedBy.slice(0, SECONDS_LENGTH)} UTC at the latest`;
  return `generation ${id}: replaced ${when}, so its data may be there still`;
}

function copyText(name: string, { statuses, without }: CopiesReport): string {
  const status = without.has(name) ? 'left out' : (statuses.get(name) ?? 'not registered');
  return `${printable(name)} (${status})`;
}

function conclusion({ without, entries, unreadable }: CopiesReport): string {
  const names = foldNames([...without])
    .map(printable)
    .join(', ');
  const condition = without.size === 0 ? '' : `without ${names} `;
  if (unreadable.length === 0) return sentence(`${condition}every entry has a readable copy.`);
  const of = `${unreadable.length} of ${entries.length} entries`;
  const which = foldNames(entriesOf(unreadable)).map(printable).join(', ');
  return sentence(`${condition}there is NO READABLE COPY of ${of}: ${which}`);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function entriesOf(entries: readonly EntryCopies[]): readonly string[] {
  return [...new Set(entries.map(({ entry }) => entry))];
}

/** The text of a report, by schema/copies.schema.json. */
export function copiesJson(report: CopiesReport): string {
  const { without, generations, entries, unreadable, statuses } = report;
  const document = {
    formatVersion: 1,
    reachable: unreadable.length === 0,
    without: [...without],
    generations: generations.map(({ id, isCurrent, replacedBy }) => ({
      ...{ id, current: isCurrent, replacedBy },
    })),
    entries: entries.map((entry) => ({
      entry: entry.entry,
      generations: entry.generations,
      copies: entry.copies.map((instance) => ({
        instance,
        status: statuses.get(instance) ?? null,
        leftOut: without.has(instance),
      })),
      readableNow: entry.readableNow,
      readableThen: entry.readableThen,
    })),
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}
