/**
 * A plan as the SQL that comes to the same, for reviewers who think in rows. What is applied is
 * not this script: an apply locks, plans again, and checks its own work.
 */
import { INSTANCE_STATUSES } from '../../model/resources.js';
import { printable } from '../../model/text.js';
import type {
  Change,
  ConfigAttributes,
  DimensionAttributes,
  IndexAttributes,
  IndexFieldAttributes,
  InstanceAttributes,
  ServermapAttributes,
} from '../../planning/change.js';
import type { Plan } from '../../planning/plan.js';
import { partialLines, summaryLine } from './text.js';

/** Column names and literals. */
type Columns = readonly (readonly [column: string, literal: string])[];

/** How one kind of change maps to a table. */
interface Row<Attributes> {
  readonly table: string;
  readonly columns: (attributes: Attributes) => Columns;
  /** Finds the row when its id is not part of the plan. */
  readonly key: (attributes: Attributes) => Columns;
}

/** One transaction with a statement per change, newline at the end. */
export function planSql(plan: Plan): string {
  const header = [
    `-- ${summaryLine(plan.summary)}`,
    `-- For review, against ${printable(plan.cluster.database)} as of ${printable(plan.base)}.`,
    ...partialLines(plan.partial).map((line) => `-- ${line}`),
  ];
  const statements = plan.changes.map((change) => {
    const comment = `-- ${printable(change.address)}: ${printable(change.reason)}`;
    return `${comment.trimEnd()}\n${statement(change)}`;
  });
  return `${[header.join('\n'), 'BEGIN;', ...statements, 'COMMIT;'].join('\n\n')}\n`;
}

function statement(change: Change): string {
  switch (change.kind) {
    case 'instance':
      return rowStatement(change, INSTANCE);
    case 'dimension':
      return rowStatement(change, DIMENSION);
    case 'index':
      return rowStatement(change, INDEX);
    case 'index-field':
      return rowStatement(change, INDEX_FIELD);
    case 'config':
      return rowStatement(change, CONFIG);
    case 'servermap':
      return change.after === null ? '-- nothing to write' : newServermap(change.after);
  }
}

const INSTANCE: Row<InstanceAttributes> = {
  table: 'storage.postgres_instance',
  columns: ({ host, port, username, status }) => [
    ['host', sqlText(host)],
    ['port', String(port)],
    ['username', sqlText(username)],
    ['status', String(INSTANCE_STATUSES.indexOf(status))],
  ],
  key: ({ host, port }) => [
    ['host', sqlText(host)],
    ['port', String(port)],
  ],
};

const DIMENSION: Row<DimensionAttributes> = {
  table: 'storage.dimension',
  columns: (dimension) => [
    ['ordinality', String(dimension.ordinality)],
    ['fieldname', sqlText(dimension.field)],
    ['default_val', sqlNullable(dimension.default)],
    ...timeBound(dimension),
  ],
  key: ({ field }) => [['fieldname', sqlText(field)]],
};

const INDEX: Row<IndexAttributes> = {
  table: 'storage.index',
  columns: (index) => [
    ['indexname', sqlText(index.name)],
    ['access_method', sqlText(index.method)],
    ['tablespc', sqlText(index.tablespace)],
    ...timeBound(index),
  ],
  key: ({ name }) => [['indexname', sqlText(name)]],
};

const INDEX_FIELD: Row<IndexFieldAttributes> = {
  table: 'storage.index_field',
  columns: (field) => [
    ['index_id', indexId(field.index)],
    ['ordinality', String(field.ordinality)],
    ['expression', sqlText(field.expression)],
    ...timeBound(field),
  ],
  key: ({ index, ordinality }) => [
    ['index_id', indexId(index)],
    ['ordinality', String(ordinality)],
  ],
};

const CONFIG: Row<ConfigAttributes> = {
  table: 'storage.config',
  columns: ({ key, value }) => [
    ['key', sqlText(key)],
    ['value', sqlText(value)],
  ],
  key: ({ key }) => [['key', sqlText(key)]],
};

function timeBound(bound: { readonly validFrom: string; readonly validUntil: string }): Columns {
  return [
    ['valid_from', sqlText(bound.validFrom)],
    ['valid_until', sqlText(bound.validUntil)],
  ];
}

function indexId(name: string): string {
  return `(SELECT id FROM storage.index WHERE indexname = ${sqlText(name)})`;
}

interface Sides<Attributes> {
  readonly before: Attributes | null;
  readonly after: Attributes | null;
}

function rowStatement<Attributes extends { readonly id?: number }>(
  { before, after }: Sides<Attributes>,
  row: Row<Attributes>,
): string {
  if (before === null) return after === null ? '-- nothing to write' : insert(after, row);
  const where = before.id === undefined ? equations(row.key(before)) : [`id = ${before.id}`];
  if (after === null) return `DELETE FROM ${row.table} WHERE ${where.join(' AND ')};`;
  const old = new Map(row.columns(before));
  const changed = row.columns(after).filter(([column, literal]) => old.get(column) !== literal);
  if (changed.length === 0) return '-- nothing to write';
  const assignments = equations(changed).join(', ');
  return `UPDATE ${row.table} SET ${assignments} WHERE ${where.join(' AND ')};`;
}

function insert<Attributes>(attributes: Attributes, row: Row<Attributes>): string {
  const columns = row.columns(attributes);
  const names = columns.map(([column]) => column).join(', ');
  const literals = columns.map(([, literal]) => literal).join(', ');
  return `INSERT INTO ${row.table} (${names})\nVALUES (${literals});`;
}

function equations(columns: Columns): readonly string[] {
  return columns.map(([column, literal]) => `${column} = ${literal}`);
}

/** Generations are only ever added. The ids of the ring's instances are looked up by the script. */
function newServermap(servermap: ServermapAttributes): string {
  if (servermap.algorithm === 'literal') {
    return `INSERT INTO storage.servermap (server_map)\nVALUES (${sqlText(servermap.map)});`;
  }
  const rows = servermap.entries.map(({ key, schaufel, copies }, i) => {
    const places = copies.map(instanceReference).join(', ');
    const value = `json_build_object('schaufel', ${instanceReference(schaufel)}, 'copies', json_build_array(${places}))`;
    return `  (${i + 1}, ${sqlText(key)}, ${value})`;
  });
  return [
    'INSERT INTO storage.servermap (server_map)',
    'SELECT json_object_agg(entry.key, entry.value ORDER BY entry.place)',
    'FROM (VALUES',
    ["  (0, 'version', '1'::json)", ...rows].join(',\n'),
    ') AS entry (place, key, value);',
  ].join('\n');
}

function instanceReference(name: string): string {
  const colon = name.lastIndexOf(':');
  const host = sqlText(name.slice(0, colon));
  const port = Number(name.slice(colon + 1));
  const record = "json_build_object('id', id, 'host', host, 'port', port)";
  return `(SELECT ${record} FROM storage.postgres_instance WHERE host = ${host} AND port = ${port})`;
}

// Values as SQL literals that mean the same whatever the session's settings are.

/** Characters that could steer a terminal, mislead a reader, or end a line of the script. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A text literal in one line of visible characters (PostgreSQL 4.1.2.2, C-style escapes). */
function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!quoted.includes('\\') && !INVISIBLE.test(quoted)) return `'${quoted}'`;
  const escaped = [...quoted.replaceAll('\\', '\\\\')].map((character) =>
    INVISIBLE.test(character) ? escapeCharacter(character) : character,
  );
  return `E'${escaped.join('')}'`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

function sqlNullable(text: string | null): string {
  return text === null ? 'NULL' : sqlText(text);
}
