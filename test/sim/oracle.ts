/** The promises P1 to P6 of the agent, held against every revision that an agent writes. */
import type { GuardedCommit, StoredValue } from '../../src/kvstore/store.js';
import { parseLsn, ZERO_LSN } from '../../src/model/lsn.js';
import { TABLES, type TableName } from '../../src/model/resources.js';
import type { Column } from '../../src/replication/change-source.js';
import type { Loop, Process } from './clock/loop.js';
import { max, type Server } from './database/server.js';
import { columnsOf, columnsWith, recordsOf, type State, tableOfKey } from './database/tables.js';
import { field } from './scenario.js';
import type { Store } from './store/store.js';
import type { Observer, Written } from './world/surroundings.js';

export const CHECKPOINT_KEY = '/Lenkwerk/default/Checkpoint';
const TABLES_KEY = '/Lenkwerk/default/Tables';

export const RULES = [
  'P1 prefix',
  'P2 atomic',
  'P3 no gap',
  'P4 fenced',
  'P5 acknowledged last',
  'P6 live',
  'standby',
  'needless',
  'verify',
  'leak',
  'defect',
] as const;
export type Rule = (typeof RULES)[number];

export interface Violation {
  readonly rule: Rule;
  readonly text: string;
}

interface OracleOptions {
  readonly loop: Loop;
  readonly store: Store;
  readonly trace: (line: string) => void;
  readonly reached: (moment: 'commit' | 'part') => void;
  /** Nothing is larger than what one commit may hold. */
  readonly isRoomy: boolean;
}

interface Writer {
  readonly process: Process;
  readonly server: Server;
}

export class Oracle implements Observer {
  violation: Violation | undefined;
  /** Revisions that agents wrote, and those of them that were compared with the tables. */
  revisions = 0;
  comparisons = 0;
  /** Since the last resync that was finished. */
  slotsMade = 0;
  /** Keys of which a change was in no stream, up to a position. */
  readonly blinded = new Map<string, bigint>();
  readonly #options: OracleOptions;
  /** Processes that created a slot and have not published since. */
  readonly #withNewSlot = new Set<Process>();
  /** The server of each checkpoint that was sent. */
  readonly #sent = new Map<string, Server>();
  readonly #servers = new Map<Process, Server>();
  /** Every checkpoint that a process read or wrote. */
  readonly #seen = new Map<Process, Set<string | undefined>>();
  /** Of all checkpoints that were written. */
  #highest = 0n;

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  fail(rule: Rule, text: string): void {
    this.violation ??= { rule, text };
    this.#options.trace(`VIOLATION ${rule}: ${text}`);
  }

  defect(error: unknown): void {
    this.fail('defect', error instanceof Error ? `${error.stack}` : String(error));
  }

  publishes(process: Process, server: Server): void {
    this.#servers.set(process, server);
  }

  madeSlot(process: Process): void {
    this.#withNewSlot.add(process);
    this.slotsMade += 1;
  }

  serverOf(process: Process, { guard }: GuardedCommit): Server | undefined {
    const server = this.#sent.get(guard.value) ?? this.#servers.get(process);
    if (server !== undefined) this.#sent.set(guard.value, server);
    return server;
  }

  read(process: Process, key: string, found: StoredValue | undefined): void {
    if (key === CHECKPOINT_KEY) this.#seenBy(process).add(found?.value);
  }

  committed(process: Process, before: StoredValue | undefined, written: Written): void {
    this.revisions += 1;
    const { commit, revision, server } = written;
    const checkpoint = readCheckpoint(commit.guard.value);
    const where = `${checkpoint.phase} ${checkpoint.lsn}`;
    const what = `${process.name} writes revision ${revision}: ${where}`;
    const part = checkpoint.part === undefined ? '' : ` part ${checkpoint.part}`;
    this.#options.trace(`${what}${part} +${commit.puts.size} -${commit.deletes.size}`);
    this.#options.reached(checkpoint.part === undefined ? 'commit' : 'part');
    const seen = this.#seenBy(process);
    if (!seen.has(before?.value)) this.fail('P4 fenced', `${what} over a checkpoint never seen`);
    seen.add(commit.guard.value);
    if (server === undefined) {
      this.fail('defect', `${what} without a database`);
      return;
    }
    if (server.inRecovery) this.fail('standby', `${what} at the standby ${server.name}`);
    this.#highest = max(this.#highest, checkpoint.lsn);
    const of = this.#historyOf(before, written) ?? server;
    this.#sent.set(commit.guard.value, of);
    this.#compareWhole(what, checkpoint, { process, server: of });
  }

  acknowledged(process: Process, position: bigint, server: Server): void {
    if (position <= this.#highest) return;
    const what = `${process.name} confirms ${position} at ${server.name}`;
    this.fail('P5 acknowledged last', `${what}, the highest checkpoint is ${this.#highest}`);
  }

  /**
   * The first difference between the store and the tables; undefined: none. `excused`: keys that
   * may differ.
   */
  difference(
    state: State,
    shapes: State['shapes'],
    excused: (key: string) => boolean,
  ): string | undefined {
    const expected = recordsOf(state, shapes);
    const { values } = this.#options.store;
    for (const [key, record] of expected) {
      const held = values.get(key)?.value;
      if (held === record || excused(key)) continue;
      return held === undefined ? `${key} is missing` : `${key} is ${held}, not ${record}`;
    }
    for (const [key, { value }] of values) {
      const table = tableOfKey(key);
      if (table === undefined || !shapes.has(table) || expected.has(key) || excused(key)) continue;
      return `${key} is a stray: ${value}`;
    }
    return undefined;
  }

  /**
   * The server whose tables the records are, where a write leaves both as they were: an
   * agent that announces itself does not know yet whether its own server has that history.
   */
  #historyOf(before: StoredValue | undefined, { commit }: Written): Server | undefined {
    const former = before && this.#sent.get(before.value);
    if (before === undefined || former === undefined) return undefined;
    if (commit.puts.size + commit.deletes.size > 0) return undefined;
    const isSame = witnessIn(before.value) === witnessIn(commit.guard.value);
    return isSame ? former : undefined;
  }

  #seenBy(process: Process): Set<string | undefined> {
    const seen = this.#seen.get(process) ?? new Set();
    this.#seen.set(process, seen);
    return seen;
  }

  /** A resync has read all tables. */
  #clearBlinded(lsn: bigint): void {
    for (const [key, until] of this.blinded) if (until <= lsn) this.blinded.delete(key);
  }

  #compareWhole(what: string, checkpoint: ReadCheckpoint, { process, server }: Writer): void {
    const { store, isRoomy } = this.#options;
    if (checkpoint.part !== undefined && isRoomy) {
      this.fail('P2 atomic', `${what} in parts, though all fits one commit`);
    }
    if (checkpoint.phase !== 'stream' || checkpoint.part !== undefined) return;
    if (this.#withNewSlot.delete(process)) this.#clearBlinded(checkpoint.lsn);
    const state = server.at(checkpoint.witnessLsn);
    const excused = (key: string) => store.foreign.has(key) || this.blinded.has(key);
    const tables = readTables(store.values.get(TABLES_KEY)?.value);
    const shapes = shapesOf(server, tables);
    const wrong = this.difference(state, shapes, excused);
    this.comparisons += 1;
    if (wrong !== undefined) this.fail('P1 prefix', `${what} of ${server.name}: ${wrong}`);
  }
}

/** The columns that a table has, or had, with that fingerprint; a table without one is left out. */
function shapesOf(server: Server, fingerprints: ReadonlyMap<string, string>): State['shapes'] {
  const shapes = new Map<TableName, readonly Column[]>();
  for (const table of TABLES) {
    const columns = columnsWith(columnsOf(server.last, table), fingerprints.get(table));
    if (columns !== undefined) shapes.set(table, columns);
  }
  return shapes;
}

interface ReadCheckpoint {
  readonly phase: string;
  readonly lsn: bigint;
  /** Where the records are the tables. */
  readonly witnessLsn: bigint;
  readonly part: unknown;
}

/** The parts of a stored checkpoint. Throws for a text that is none. */
function readCheckpoint(text: string): ReadCheckpoint {
  const value: unknown = JSON.parse(text);
  const position = (lsn: unknown) => (typeof lsn === 'string' ? parseLsn(lsn) : ZERO_LSN);
  return {
    phase: String(field(value, 'phase')),
    lsn: position(field(value, 'lsn')),
    witnessLsn: position(field(field(value, 'witness'), 'endLsn')),
    part: field(value, 'part'),
  };
}

function witnessIn(text: string): string {
  return JSON.stringify(field(JSON.parse(text), 'witness'));
}

/** The fingerprint of each table's columns. */
function readTables(text: string | undefined): ReadonlyMap<string, string> {
  const tables = field(text === undefined ? undefined : JSON.parse(text), 'tables');
  if (typeof tables !== 'object' || tables === null) return new Map();
  return new Map(Object.entries(tables).map(([table, print]) => [table, String(print)]));
}
