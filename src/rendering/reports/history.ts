/** The log of applies, as text and as JSON. */
import { LenkwerkError } from '../../model/errors.js';
import type { InstanceStatus } from '../../model/resources.js';
import { escapeJson, printable } from '../../model/text.js';
import { parseDocument } from '../../planning/format/json-document.js';
import { loggedDocument, readLoggedPlan } from '../../planning/format/read.js';
import type { SetStatus } from '../../planning/instances/set-status.js';
import type { LoggedPlan, PlanSummary } from '../../planning/plan.js';
import { planText } from '../plan/text.js';
import { table } from './table.js';

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
  readonly digest: string;
}

interface ListedApply extends HistorySummary {
  /** undefined: its plan does not show them. */
  readonly changes: PlanSummary | undefined;
  /** The id of the apply that it goes back to; undefined: of none. */
  readonly revertOf: string | undefined;
  /** The status that it set, where it was of no manifests; undefined: it was. */
  readonly setStatus: InstanceStatus | undefined;
}

export interface HistoryEntry extends HistorySummary, LoggedPlan {}

/** The first entry that does not fit the chain, and what was expected of it. */
interface Chain {
  readonly broken:
    | {
        readonly id: bigint;
        readonly problem: 'altered' | 'predecessor-missing' | 'not-as-expected';
      }
    | undefined;
  /** The entry that the log had to hold. */
  readonly expected: { readonly id: bigint; readonly digest: string } | undefined;
}

const COMMIT_LENGTH = 12;
const SECONDS_LENGTH = 'YYYY-MM-DD HH:MM:SS'.length;

/** A table, newest first, and whether the log is whole; newline at the end. */
export function historyText(entries: readonly ListedApply[], chain: Chain): string {
  if (entries.length === 0 && chain.broken === undefined) return 'Nothing was applied yet.\n';
  const rows = entries.map(({ id, appliedAt, author, databaseUser, changes, ...origin }) => [
    id.toString(),
    appliedAt.slice(0, SECONDS_LENGTH),
    printable(author ?? '-'),
    printable(databaseUser),
    countsOf(changes),
    originOf(origin),
  ]);
  return `${table([['ID', 'APPLIED (UTC)', 'REPORTED AUTHOR', 'DATABASE USER', 'CHANGES', 'COMMIT'], ...rows])}\n${chainText(chain)}\n`;
}

/** `+3 ~1 -2`: what was created, updated, and expired or deleted. */
function countsOf(changes: ListedApply['changes']): string {
  if (changes === undefined) return '-';
  const { add, change, expire, delete: deleted } = changes;
  const parts = [
    ...(add > 0 ? [`+${add}`] : []),
    ...(change > 0 ? [`~${change}`] : []),
    ...(expire + deleted > 0 ? [`-${expire + deleted}`] : []),
  ];
  return parts.length === 0 ? 'none' : parts.join(' ');
}

type Origin = Pick<ListedApply, 'gitCommit' | 'revertOf' | 'setStatus'>;

/** The commit, and what else than manifests it came from. */
function originOf({ gitCommit, revertOf, setStatus }: Origin): string {
  const commit = gitCommit === null ? [] : [printable(shortCommit(gitCommit))];
  const revert = revertOf === undefined ? [] : [`revert of ${revertOf}`];
  const status = setStatus === undefined ? [] : [`set-status ${setStatus}`];
  return [...commit, ...revert, ...status].join(', ') || '-';
}

/** `-dirty` is kept: the commit alone does not hold the manifests. */
function shortCommit(commit: string): string {
  const [, dirty = ''] = /(-dirty)$/.exec(commit) ?? [];
  return `${commit.slice(0, COMMIT_LENGTH)}${dirty}`;
}

/** No more than is known: what was cut off the end only an expected entry shows. */
function chainText({ broken, expected }: Chain): string {
  if (broken !== undefined) {
    return `THE LOG IS BROKEN: entry ${broken.id} ${PROBLEMS[broken.problem]}. Do not rely on it.`;
  }
  if (expected !== undefined) {
    return `The log holds apply ${expected.id} as expected, and every entry before it unaltered.`;
  }
  const known = 'Every entry carries the digest of the one before.';
  return `${known} Whether the last ones were removed, only --expect ID:DIGEST shows.`;
}

const PROBLEMS = {
  altered: 'was altered',
  'predecessor-missing': 'misses the entry before it',
  'not-as-expected': 'is missing, or not the expected one',
} as const;

/** One complete entry, with its executed plan. */
export function entryText(
  entry: HistoryEntry,
  { chain, color }: { readonly chain: Chain; readonly color: boolean },
): string {
  const lines = [
    `Apply ${entry.id} (${entry.uuid})`,
    `  applied        ${entry.appliedAt}`,
    `  author         ${printable(entry.author ?? 'unknown')} (as reported)`,
    `  database user  ${printable(entry.databaseUser)}`,
    `  commit         ${printable(entry.gitCommit ?? 'unknown')} (as reported)`,
    ...(entry.ci === null ? [] : [`  pipeline       ${printable(entry.ci)}`]),
    `  digest         ${entry.digest}`,
    '',
    planOf(entry, color).trimEnd(),
    '',
    chainText(chain),
  ];
  return `${lines.join('\n')}\n`;
}

/** Plans of other versions of this program are shown as they are. */
function planOf(entry: HistoryEntry, color: boolean): string {
  const name = `the plan of apply ${entry.id}`;
  try {
    const plan = readLoggedPlan(entry, name);
    const revert = plan.revertOf === undefined ? '' : `Revert of apply ${plan.revertOf}.\n\n`;
    const status = plan.setStatus === undefined ? '' : `${statusText(plan.setStatus)}\n\n`;
    return `${revert}${status}${planText(plan, { color, done: true })}`;
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return foreignPlan(entry, name);
  }
}

function statusText({ status, override }: SetStatus): string {
  const how = override ? ' with --override' : '';
  return `By \`lenkwerk instance set-status ${status}\`${how}, not from manifests.`;
}

/** Each line of a longer one may become many times as long. */
const MAX_INDENTED = 1024 * 1024;

/** Indented where it is JSON of some form, else on one line. */
function foreignPlan(entry: HistoryEntry, name: string): string {
  try {
    if (entry.plan.length > MAX_INDENTED) return printable(entry.plan);
    const lines = JSON.stringify(loggedDocument(entry, name), null, 2).split('\n');
    return lines.map(printable).join('\n');
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return printable(entry.plan);
  }
}

/** `{entries: [...], chain: {whole, brokenAt, problem, expected}}`; ids are texts. */
export function historyJson(entries: readonly ListedApply[], chain: Chain): string {
  const listed = entries.map((entry) => ({
    ...summary(entry),
    changes: entry.changes ?? null,
    revertOf: entry.revertOf ?? null,
    setStatus: entry.setStatus ?? null,
  }));
  return document({ entries: listed, chain: chainJson(chain) });
}

/** `{entry: {..., plan, desired}, chain}`. Throws `invalid-input` for a plan of no known form. */
export function entryJson(entry: HistoryEntry, chain: Chain): string {
  const { id, desired } = entry;
  const plan = loggedDocument(entry, `the plan of apply ${id}`);
  return document({
    entry: { ...summary(entry), plan, desired },
    chain: chainJson(chain),
  });
}

function summary({ id, ci, ...entry }: HistorySummary) {
  const { uuid, appliedAt, databaseUser, author, gitCommit, digest } = entry;
  const who = { databaseUser, author, gitCommit, ci: ci === null ? null : pipelineOf(ci) };
  return { id: id.toString(), uuid, appliedAt, ...who, digest };
}

const MAX_PIPELINE_DEPTH = 8;

/** The pipeline as the client reported it; the text where that is of no form of ours. */
function pipelineOf(ci: string): unknown {
  try {
    return parseDocument(ci, MAX_PIPELINE_DEPTH);
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return ci;
  }
}

function chainJson({ broken, expected }: Chain): object {
  return {
    whole: broken === undefined,
    brokenAt: broken?.id.toString() ?? null,
    problem: broken?.problem ?? null,
    expected: expected === undefined ? null : `${expected.id}:${expected.digest}`,
  };
}

function document(content: object): string {
  try {
    return `${escapeJson(JSON.stringify(content, null, 2))}\n`;
  } catch (cause) {
    // Indented, a hostile plan of many short items is longer than a string can be.
    if (!(cause instanceof RangeError)) throw cause;
    throw new LenkwerkError('invalid-input', 'the entry is too long to be printed', { cause });
  }
}
