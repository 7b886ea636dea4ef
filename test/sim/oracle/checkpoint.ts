/** What the oracle reads of a stored checkpoint: written from the interface, not imported. */
import { parseLsn, ZERO_LSN } from '../../../src/model/lsn.js';
import { field } from '../scenario.js';

export interface ReadCheckpoint {
  readonly phase: string;
  readonly timeline: number;
  readonly lsn: bigint;
  /** Where the records are the tables. */
  readonly witnessLsn: bigint;
  /** The whole witness, to be compared. */
  readonly witness: string;
  /** Announced, and not confirmed by a proof yet. */
  readonly pending: number;
  readonly part: unknown;
}

const read = new Map<string, ReadCheckpoint>();
/** The texts that are remembered. */
const MAX_READ = 1_000;

/** The parts of a stored checkpoint; undefined: the text is none. */
export function readCheckpoint(text: string | undefined): ReadCheckpoint | undefined {
  if (text === undefined || !text.startsWith('{')) return undefined;
  const known = read.get(text);
  if (known !== undefined) return known;
  if (read.size >= MAX_READ) read.clear();
  const checkpoint = parseCheckpoint(text);
  read.set(text, checkpoint);
  return checkpoint;
}

function parseCheckpoint(text: string): ReadCheckpoint {
  const value: unknown = JSON.parse(text);
  const witness = field(value, 'witness');
  const pending = field(value, 'pending');
  return {
    phase: String(field(value, 'phase')),
    timeline: Number(field(value, 'timeline')),
    lsn: position(field(value, 'lsn')),
    witnessLsn: position(field(witness, 'endLsn')),
    witness: JSON.stringify(witness),
    pending: Array.isArray(pending) ? pending.length : 0,
    part: field(value, 'part'),
  };
}

function position(lsn: unknown): bigint {
  return typeof lsn === 'string' ? parseLsn(lsn) : ZERO_LSN;
}

const prints = new Map<string, ReadonlyMap<string, string>>();
const NONE: ReadonlyMap<string, string> = new Map();

/** The fingerprint of each table's columns, as it is stored. */
export function readTables(text: string | undefined): ReadonlyMap<string, string> {
  if (text === undefined) return NONE;
  const known = prints.get(text);
  if (known !== undefined) return known;
  const tables = field(JSON.parse(text), 'tables');
  const parsed =
    typeof tables === 'object' && tables !== null
      ? new Map(Object.entries(tables).map(([table, print]) => [table, String(print)]))
      : NONE;
  // There are few: one for each shape of the tables.
  prints.set(text, parsed);
  return parsed;
}
