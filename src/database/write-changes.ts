/** Makes planned changes real, in bulk: never a statement per row. */
import type { Client } from 'pg';
import { assert, LenkwerkError, unreachable } from '../model/errors.js';
import { formatJson } from '../model/json.js';
import { INSTANCE_STATUSES } from '../model/resources.js';
import { ringServermap } from '../model/servermap.js';
import type { Change, ServermapAttributes } from '../planning/change.js';
import { toLenkwerkError } from '../postgres/errors.js';
import { DELETE_BY_ID, INSERT, UPDATE_BY_ID, type WriteStatement } from './table-writes.js';

/** Bounds the parameter of one statement; a row is a few hundred bytes. */
const ROWS_PER_STATEMENT = 20_000;

type TableKind = Exclude<Change['kind'], 'servermap'>;
type Row = Readonly<Record<string, string | number | null>>;
type Write = 'delete' | 'update' | 'insert';

/**
 * References hold at every step: what refers goes first when deleting and last when inserting.
 * Uniqueness that is not deferrable finds its old holder gone.
 */
const STEPS: readonly (readonly [Write, TableKind])[] = [
  ['delete', 'index-field'],
  ['delete', 'index'],
  ['delete', 'dimension'],
  ['delete', 'instance'],
  ['delete', 'config'],
  ['update', 'config'],
  ['update', 'instance'],
  ['update', 'dimension'],
  ['update', 'index'],
  ['insert', 'config'],
  ['insert', 'instance'],
  ['insert', 'dimension'],
  ['insert', 'index'],
  ['update', 'index-field'],
  ['insert', 'index-field'],
];

/**
 * Writes the changes within the caller's transaction, which holds the locks. A servermap change
 * always adds a generation. Throws `database-error` when a statement touched another number of
 * rows than planned, and what the database refuses.
 */
export async function writeChanges(client: Client, changes: readonly Change[]): Promise<void> {
  const groups = groupRows(changes);
  try {
    for (const [write, kind] of STEPS) {
      const rows = groups.get(`${write} ${kind}`) ?? [];
      await writeRows(client, statementFor(write, kind), rows);
    }
    for (const change of changes) {
      if (change.kind === 'servermap') await addServermap(client, change.after);
    }
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function statementFor(write: Write, kind: TableKind): WriteStatement {
  switch (write) {
    case 'delete':
      return DELETE_BY_ID[kind];
    case 'update':
      return UPDATE_BY_ID[kind];
    case 'insert':
      return INSERT[kind];
    default:
      return unreachable(write);
  }
}

async function writeRows(client: Client, statement: WriteStatement, rows: readonly Row[]) {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const batch = rows.slice(start, start + ROWS_PER_STATEMENT);
    const { rowCount } = await client.query(statement.text, [JSON.stringify(batch)]);
    if (rowCount !== batch.length) {
      throw new LenkwerkError(
        'database-error',
        `${statement.what}: ${batch.length} planned, ${rowCount ?? 0} made`,
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

/** The row after the change with the id it has already; of a deleted one the id alone. */
function rowFor(change: Exclude<Change, { kind: 'servermap' }>): Row {
  if (change.action === 'create') return columnsFor(change);
  const id = change.before?.id;
  assert(id !== undefined, `${change.address} has no id`);
  return change.action === 'delete' ? { id } : { id, ...columnsFor(change) };
}

function columnsFor(change: Exclude<Change, { kind: 'servermap' }>): Row {
  assert(change.after !== null, `${change.address} has no state to write`);
  switch (change.kind) {
    case 'instance': {
      const { host, port, username, status } = change.after;
      return { host, port, username, status: INSTANCE_STATUSES.indexOf(status) };
    }
    case 'dimension': {
      const { field, ordinality, ...after } = change.after;
      return { fieldname: field, default_val: after.default, ordinality, ...bounds(after) };
    }
    case 'index': {
      const { name, method, tablespace } = change.after;
      const columns = { indexname: name, access_method: method, tablespc: tablespace };
      return { ...columns, ...bounds(change.after) };
    }
    case 'index-field': {
      const { index, ordinality, expression } = change.after;
      return { indexname: index, ordinality, expression, ...bounds(change.after) };
    }
    case 'config':
      return { key: change.after.key, value: change.after.value };
    default:
      return unreachable(change);
  }
}

function bounds(after: { readonly validFrom: string; readonly validUntil: string }): Row {
  return { valid_from: after.validFrom, valid_until: after.validUntil };
}

async function addServermap(client: Client, after: ServermapAttributes | null): Promise<void> {
  assert(after !== null, 'a servermap is never deleted');
  const map = after.algorithm === 'literal' ? after.map : await ringOfRecorded(client);
  await client.query('INSERT INTO storage.servermap (server_map) VALUES ($1::json)', [map]);
}

/** Ids of instances made by the same apply are known from here on. */
async function ringOfRecorded(client: Client): Promise<string> {
  const { rows } = await client.query<[number, string, number]>({
    text: 'SELECT id, host, port FROM storage.postgres_instance',
    rowMode: 'array',
  });
  return formatJson(ringServermap(rows.map(([id, host, port]) => ({ id, host, port }))));
}
