/** The comments of an export: the rows that no manifest holds, and why. */
import type { SectionComments } from '../../manifest/write-manifest.js';
import { addressOf, addressOfRow } from '../../model/address.js';
import { recordedName } from '../../model/columns.js';
import { columnsOf, KIND_NAMES, KINDS, type Kind, type Section } from '../../model/kinds.js';
import {
  type AnyRow,
  NOTHING_MANAGED,
  type RecordedState,
  rowsOf,
  type TimeBound,
} from '../../model/resources.js';
import { redact } from '../../model/secrets/redact.js';
import { hideRecorded } from '../../model/secrets/values.js';
import { printable } from '../../model/text.js';
import type { Timestamp } from '../../model/time-bounds.js';
import { periodRules, presence, type Rules, readClusterSettings } from '../../planning/periods.js';
import type { LeftOut } from './unloadable.js';

interface CommentRequest {
  readonly recorded: RecordedState;
  /** The database's clock in UTC. */
  readonly now: Timestamp;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Per section: what is left out, with its rows and the reason; dimensions that are recorded twice;
 * and what has ended. Each line is printable, bounded and without secrets.
 */
export function commentsOf({ recorded, now, leftOut }: CommentRequest): SectionComments {
  const rules = periodRules(readClusterSettings(NOTHING_MANAGED, recorded.config), now);
  const reasons = new Map(leftOut.map(({ address, reason }) => [address, reason]));
  const comments = new Map<Section, string[]>();
  for (const kind of KIND_NAMES) {
    if (KINDS[kind].partOf !== null) continue;
    const lines = comments.get(KINDS[kind].section) ?? [];
    lines.push(...linesOf(kind, recorded, { reasons, rules }));
    comments.set(KINDS[kind].section, lines);
  }
  return comments;
}

interface Context {
  /** By address. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly rules: Rules;
}

/** Of each section; beyond them they are counted. */
const MAX_ENDED = 50;
/** Of the fields of one index; beyond them they are counted. */
const MAX_PARTS = 100;

function linesOf(kind: Kind, recorded: RecordedState, { reasons, rules }: Context) {
  const present = new Map<string, AnyRow[]>();
  const ended: string[] = [];
  for (const row of rowsOfKind(kind, recorded)) {
    const address = addressOfRow(kind, row);
    if (hasEnded(kind, row, rules)) ended.push(`has ended: ${address}, ${rowText(kind, row)}`);
    else present.set(address, [...(present.get(address) ?? []), row]);
  }
  const lines: string[] = [];
  for (const [address, rows] of present) {
    const reason = reasons.get(address);
    if (reason === undefined && rows.length === 1) continue;
    const what = reason ?? 'is recorded more than once, and listed here once';
    lines.push(line(`${reason === undefined ? '' : 'left out: '}${address}: ${what}`));
    for (const row of rows) {
      lines.push(line(`  ${rowText(kind, row)}`));
      if (kind === 'index') lines.push(...bounded(partLines(row, recorded), MAX_PARTS));
    }
  }
  return [...lines, ...bounded(ended.map(line), MAX_ENDED)];
}

function rowsOfKind(kind: Kind, recorded: RecordedState): readonly AnyRow[] {
  if (kind !== 'servermap') return rowsOf(recorded, kind);
  return recorded.servermap === undefined ? [] : [recorded.servermap];
}

function hasEnded(kind: Kind, row: AnyRow, rules: Rules): boolean {
  const { timed } = KINDS[kind];
  return timed !== null && isTimed(row) && presence(row, rules[timed]) !== 'present';
}

function isTimed(row: AnyRow): row is AnyRow & TimeBound {
  return typeof row['validFrom'] === 'string' && typeof row['validUntil'] === 'string';
}

function partLines(index: AnyRow, { indexFields }: RecordedState): readonly string[] {
  const name = String(index['name']);
  return indexFields
    .filter(({ indexId }) => indexId === index['id'])
    .map((field) => {
      const { ordinality } = field;
      const address = addressOf('index-field', { index: name, ordinality });
      return line(`  ${address}: ${rowText('index-field', field)}`);
    });
}

function bounded(lines: readonly string[], limit: number): readonly string[] {
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit), `and ${lines.length - limit} more`];
}

/** `storage.config {"id":7,"key":"x","value":null}`. */
function rowText(kind: Kind, row: AnyRow): string {
  const members = columnsOf(kind).map((column) => {
    const value = row[recordedName(column)] ?? null;
    const isJson = column.type === 'json' && typeof value === 'string';
    const shown = isJson
      ? hideRecorded(String(row['key'] ?? ''), value)
      : redact(JSON.stringify(value), 'data');
    return `${JSON.stringify(column.column)}:${cut(shown)}`;
  });
  return `storage.${KINDS[kind].table} {${members.join(',')}}`;
}

const MAX_VALUE_LENGTH = 300;
const MAX_LINE_LENGTH = 2000;

function cut(text: string, limit = MAX_VALUE_LENGTH): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}... (${text.length} characters)`;
}

function line(text: string): string {
  return printable(cut(text, MAX_LINE_LENGTH));
}
