/** Writes planned changes in bulk, not one statement per row. */
import type { Client } from 'pg';
import { assert, LenkwerkError, unreachable } from '../model/errors.js';
import { formatJson } from '../model/json.js';
import { EXECUTION, isRowKind, KINDS, type RowKind } from '../model/kinds.js';
import { INSTANCE_STATUSES } from '../model/resources.js';
import { INSERT_GENERATION, ringServermap } from '../model/servermap.js';
import type { Change, RowChange, ServermapAttributes } from '../planning/change.js';
import { toLenkwerkError } from '../postgres/errors.js';
import { meanwhile } from './meanwhile.js';
import { type Write, type WriteStatement, writeStatement } from './table-writes.js';

/** Bounds the parameter of one statement; a row is a few hundred bytes. */
const ROWS_PER_STATEMENT = 20_000;
/** The server is at so many rows for a while. */
const MANY_ROWS = 500;

type Row = Readonly<Record<string, string | number | null | undefined>>;

/** In the order in which plans change them. */
const WHOLES = EXECUTION.filter(isRowKind).filter((kind) => KINDS[kind].partOf === null);
const PARTS = EXECUTION.filter(isRowKind).filter((kind) => KINDS[kind].partOf !== null);

/**
 * References hold at every step: referring rows are deleted first and inserted last. Deletions come
 * first, for unique constraints that are not deferrable.
 */
const STEPS: readonly (readonly [Write, RowKind])[] = [
  ...[...WHOLES, ...PARTS].reverse().map((kind) => ['delete', kind] as const),
  ...[WHOLES, PARTS].flatMap((kinds) => [
    ...kinds.map((kind) => ['update', kind] as const),
    ...kinds.map((kind) => ['insert', kind] as const),
  ]),
];

/**
 * Writes the changes within the caller's transaction, which holds the locks. A servermap change
 * always adds a generation. Throws `database-error` when a statement touched another number of
 * rows than planned, and what the database refuses. `work` computes something and does not wait: it
 * runs while the server is at a statement of many rows, once for each.
 */
export async function writeChanges(
  client: Client,
  changes: readonly Change[],
  work: () => void = () => undefined,
): Promise<void> {
  const groups = groupRows(changes);
  try {
    for (const [write, kind] of STEPS) {
      const rows = groups.get(`${write} ${kind}`) ?? [];
      await writeRows(client, { statement: writeStatement(write, kind), rows, work });
    }
    for (const change of changes) {
      if (change.kind === 'servermap') await addServermap(client, change.after);
    }
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

interface RowWrite {
  readonly statement: WriteStatement;
  readonly rows: readonly Row[];
  readonly work: () => void;
}

async function writeRows(client: Client, { statement, rows, work }: RowWrite): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const batch = rows.slice(start, start + ROWS_PER_STATEMENT);
    const answer = client.query(statement.text, [JSON.stringify(batch)]);
    const { rowCount } = await (batch.length < MANY_ROWS
      ? answer
      : meanwhile(client, answer, work));
    if (rowCount !== batch.length) {
      throw new LenkwerkError(
        'database-error',
        `${statement.what}: ${batch.length} planned, ${rowCount ?? 0} done`,
        { hint: 'nothing was changed; plan again' },
      );
    }
  }
}

function groupRows(changes: readonly Change[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const change of changes) {
    if (change.kind === 'servermap') continue;
    const name = `${writeFor(change)} ${change.kind}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [rowFor(change)]);
    else group.push(rowFor(change));
  }
  return groups;
}

function writeFor(change: Change): Write {
  switch (change.action) {
    case 'create':
      return 'insert';
    case 'delete':
      return 'delete';
    case 'update':
    case 'expire':
    case 'revive':
      return 'update';
    default:
      return unreachable(change.action);
  }
}

/** The row after the change, with the id that it has; for a deleted row the id alone. */
function rowFor(change: RowChange): Row {
  const { action, address, before, after } = change;
  if (action === 'create') return columnsOf(address, after);
  assert(before !== null, `${address} has no id`);
  const { id } = before;
  return action === 'delete' ? { id } : { ...columnsOf(address, after), id };
}

function columnsOf(address: string, after: RowChange['after']): Row {
  assert(after !== null, `${address} has no state to write`);
  return 'status' in after ? { ...after, status: INSTANCE_STATUSES.indexOf(after.status) } : after;
}

async function addServermap(client: Client, after: ServermapAttributes | null): Promise<void> {
  assert(after !== null, 'a servermap is never deleted');
  const map = after.algorithm === 'literal' ? after.map : await ringOfRecorded(client);
  await client.query(`${INSERT_GENERATION} VALUES ($1::json)`, [map]);
}

/** Ids of instances that the same apply created are known from here on. */
async function ringOfRecorded(client: Client): Promise<string> {
  const { rows } = await client.query<[number, string, number]>({
    text: 'SELECT id, host, port FROM storage.postgres_instance',
    rowMode: 'array',
  });
  return formatJson(ringServermap(rows.map(([id, host, port]) => ({ id, host, port }))));
}
