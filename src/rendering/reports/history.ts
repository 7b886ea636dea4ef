/** The log of applies, as text and as JSON. */
import { LenkwerkError } from '../../model/errors.js';
import { escapeJson, printable } from '../../model/text.js';
import { loggedDocument, readLoggedPlan } from '../../planning/format/read.js';
import type { LoggedPlan } from '../../planning/plan.js';
import { planText } from '../plan/text.js';

interface HistorySummary {
  readonly id: bigint;
  readonly uuid: string;
  /** UTC, with microseconds. */
  readonly appliedAt: string;
  readonly databaseUser: string;
  readonly author: string | null;
  readonly gitCommit: string | null;
  /** JSON text. */
  readonly ci: string | null;
}

export interface HistoryEntry extends HistorySummary, LoggedPlan {
  readonly digest: string;
}

/** The first entry that does not fit the chain. */
interface BrokenLink {
  readonly id: bigint;
  readonly problem: 'altered' | 'predecessor-missing';
}

const COMMIT_LENGTH = 12;
const SECONDS_LENGTH = 'YYYY-MM-DD HH:MM:SS'.length;

/** A table, newest first, and whether the log is whole; newline at the end. */
export function historyText(
  entries: readonly HistorySummary[],
  broken: BrokenLink | undefined,
): string {
  if (entries.length === 0) return 'Nothing was applied yet.\n';
  const rows = entries.map(({ id, appliedAt, author, databaseUser, gitCommit }) => [
    id.toString(),
    appliedAt.slice(0, SECONDS_LENGTH),
    printable(author ?? databaseUser),
    printable(databaseUser),
    gitCommit === null ? '-' : printable(gitCommit.slice(0, COMMIT_LENGTH)),
  ]);
  return `${table([['ID', 'APPLIED (UTC)', 'BY', 'DATABASE USER', 'COMMIT'], ...rows])}\n${chain(broken)}\n`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function chain(broken: BrokenLink | undefined): string {
  if (broken === undefined)
    return 'The log is whole: every entry carries the digest of the one before.';
  const what = broken.problem === 'altered' ? 'was altered' : 'misses the entry before it';
  return `THE LOG IS BROKEN: entry ${broken.id} ${what}. Do not rely on it.`;
}

/** One complete entry, with its executed plan. */
export function entryText(
  entry: HistoryEntry,
  { broken, color }: { readonly broken: BrokenLink | undefined; readonly color: boolean },
): string {
  const lines = [
    `Apply ${entry.id} (${entry.uuid})`,
    `  applied        ${entry.appliedAt}`,
    `  by             ${printable(entry.author ?? 'unknown')}`,
    `  database user  ${printable(entry.databaseUser)}`,
    `  commit         ${printable(entry.gitCommit ?? 'unknown')}`,
    ...(entry.ci === null ? [] : [`  pipeline       ${printable(entry.ci)}`]),
    `  digest         ${entry.digest}`,
    '',
    planOf(entry, color).trimEnd(),
    '',
    chain(broken),
  ];
  return `${lines.join('\n')}\n`;
}

/** Plans of other versions of this program are shown as they are. */
function planOf(entry: HistoryEntry, color: boolean): string {
  const name = `the plan of apply ${entry.id}`;
  try {
    return planText(readLoggedPlan(entry, name), { color });
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    const lines = JSON.stringify(loggedDocument(entry, name), null, 2).split('\n');
    return lines.map(printable).join('\n');
  }
}

/** `{entries: [...], chain: {whole, brokenAt, problem}}`; ids are texts. */
export function historyJson(
  entries: readonly HistorySummary[],
  broken: BrokenLink | undefined,
): string {
  return document({ entries: entries.map(summary), chain: chainJson(broken) });
}

/** `{entry: {..., plan, desired}, chain}`. */
export function entryJson(entry: HistoryEntry, broken: BrokenLink | undefined): string {
  const { id, desired, digest } = entry;
  const plan = loggedDocument(entry, `the plan of apply ${id}`);
  return document({
    entry: { ...summary(entry), plan, desired, digest },
    chain: chainJson(broken),
  });
}

function summary({ id, uuid, appliedAt, databaseUser, author, gitCommit, ci }: HistorySummary) {
  const pipeline: unknown = ci === null ? null : JSON.parse(ci);
  return { id: id.toString(), uuid, appliedAt, databaseUser, author, gitCommit, ci: pipeline };
}

function chainJson(broken: BrokenLink | undefined): object {
  return {
    whole: broken === undefined,
    brokenAt: broken?.id.toString() ?? null,
    problem: broken?.problem ?? null,
  };
}

function document(content: object): string {
  return `${escapeJson(JSON.stringify(content, null, 2))}\n`;
}
