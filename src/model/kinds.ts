/**
 * The table of kinds: the properties of each kind of row, as data. Statements, locks, keys in the
 * store, fingerprints and renderings are derived from it; the planning of each kind is in
 * planning/kinds.
 * Decision D46 in src/README.md.
 */

import { type Column, TIME_BOUND } from './columns.js';

/** The sections whose rows have time bounds; each has a boundary of its own. */
export const TIMED_SECTIONS = ['dimensions', 'indexes'] as const;
type TimedSection = (typeof TIMED_SECTIONS)[number];

interface KindSpec {
  /** The section of a manifest that holds it. */
  readonly section: string;
  /** Its name in messages. */
  readonly title: string;
  /** In schema `storage`. */
  readonly table: string;
  /** The member of the recorded state that holds its rows. */
  readonly rows: string;
  /** `generations`: rows are only added, and the highest id is current. */
  readonly form: 'rows' | 'generations';
  /** The boundary that its time bounds follow; null: it has none. */
  readonly timed: TimedSection | null;
  /** The kind whose rows contain rows of this kind. */
  readonly partOf: string | null;
  /** In the order in which plans show them. Those of TIME_BOUND come last. */
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** The key of its record: folder and columns, joined by slashes. No columns: one record only. */
  readonly record: { readonly folder: string; readonly columns: readonly string[] };
  /** Attributes of a plan in braces. */
  readonly address: string;
  readonly order: {
    /** The order in which the tables are locked; lenkwerk.barrier uses the same one. */
    readonly lock: number;
    /** The order of the kinds in a plan's changes. */
    readonly write: number;
    readonly delete: number;
  };
}

const ID = { attribute: 'id', column: 'id', type: 'id' } as const;

/** In the order of a manifest. */
export const KINDS = {
  instance: {
    section: 'instances',
    title: 'Instances',
    table: 'postgres_instance',
    rows: 'instances',
    form: 'rows',
    timed: null,
    partOf: null,
    columns: [
      ID,
      { attribute: 'host', column: 'host', type: 'varchar' },
      { attribute: 'port', column: 'port', type: 'integer' },
      { attribute: 'username', column: 'username', type: 'varchar' },
      { attribute: 'status', column: 'status', type: 'status' },
    ],
    primaryKey: ['host', 'port'],
    record: { folder: '/PostgresInstance', columns: ['host', 'port'] },
    address: 'instance/{host}:{port}',
    // Rows of other kinds may name an instance, so it is deleted after they have changed.
    order: { lock: 1, write: 1, delete: 5 },
  },
  dimension: {
    section: 'dimensions',
    title: 'Dimensions',
    table: 'dimension',
    rows: 'dimensions',
    form: 'rows',
    timed: 'dimensions',
    partOf: null,
    columns: [
      ID,
      { attribute: 'field', column: 'fieldname', type: 'pointer' },
      { attribute: 'default', column: 'default_val', type: 'varchar or null' },
      { attribute: 'ordinality', column: 'ordinality', type: 'place' },
      ...TIME_BOUND,
    ],
    primaryKey: ['fieldname'],
    record: { folder: '/Dimension', columns: ['id'] },
    address: 'dimension/{field}',
    order: { lock: 3, write: 2, delete: 2 },
  },
  index: {
    section: 'indexes',
    title: 'Indexes',
    table: 'index',
    rows: 'indexes',
    form: 'rows',
    timed: 'indexes',
    partOf: null,
    columns: [
      ID,
      { attribute: 'name', column: 'indexname', type: 'varchar(16)' },
      { attribute: 'method', column: 'access_method', type: 'varchar' },
      { attribute: 'tablespace', column: 'tablespc', type: 'varchar' },
      ...TIME_BOUND,
    ],
    primaryKey: ['indexname'],
    record: { folder: '/Index', columns: ['id'] },
    address: 'index/{name}',
    order: { lock: 4, write: 3, delete: 3 },
  },
  'index-field': {
    section: 'indexes',
    title: 'Index fields',
    table: 'index_field',
    rows: 'indexFields',
    form: 'rows',
    timed: 'indexes',
    partOf: 'index',
    columns: [
      ID,
      { attribute: 'index', column: 'index_id', type: 'whole' },
      { attribute: 'ordinality', column: 'ordinality', type: 'place' },
      { attribute: 'expression', column: 'expression', type: 'expression' },
      ...TIME_BOUND,
    ],
    primaryKey: ['index_id', 'ordinality'],
    record: { folder: '/Index', columns: ['index_id', 'id'] },
    address: 'index/{index}/field/{ordinality}',
    order: { lock: 5, write: 4, delete: 4 },
  },
  servermap: {
    section: 'servermap',
    title: 'Servermap',
    table: 'servermap',
    rows: 'servermap',
    form: 'generations',
    timed: null,
    partOf: null,
    columns: [ID, { attribute: 'map', column: 'server_map', type: 'json' }],
    primaryKey: ['id'],
    record: { folder: '/Servermap', columns: [] },
    address: 'servermap',
    // It is computed from the instances that are left.
    order: { lock: 2, write: 6, delete: 6 },
  },
  config: {
    section: 'config',
    title: 'Configuration',
    table: 'config',
    rows: 'config',
    form: 'rows',
    timed: null,
    partOf: null,
    columns: [
      ID,
      { attribute: 'key', column: 'key', type: 'text' },
      { attribute: 'value', column: 'value', type: 'json' },
    ],
    primaryKey: ['key'],
    record: { folder: '/Config', columns: ['key'] },
    address: 'config/{key}',
    order: { lock: 0, write: 0, delete: 0 },
  },
} as const satisfies Readonly<Record<string, KindSpec>>;

type Kinds = typeof KINDS;
export type Kind = keyof Kinds;
/** A kind whose rows are inserted, updated and deleted. */
export type RowKind = { [K in Kind]: Kinds[K]['form'] extends 'rows' ? K : never }[Kind];
/** The sections of a manifest; a section that no file names is not managed. */
export type Section = Kinds[Kind]['section'];
/** A column of the kind, as the table has it. */
export type ColumnOf<K extends Kind> = Kinds[K]['columns'][number];

/** In the order of a manifest. */
export const KIND_NAMES: readonly Kind[] = Object.keys(KINDS).filter((name) => isKind(name));
/** The kinds whose rows are inserted, updated and deleted, in the same order. */
export const ROW_KINDS: readonly RowKind[] = KIND_NAMES.filter((kind) => isRowKind(kind));
/** Each once, in the same order. */
export const SECTIONS: readonly Section[] = [
  ...new Set(KIND_NAMES.map((kind) => KINDS[kind].section)),
];
/** In the order in which a plan changes them. */
export const EXECUTION: readonly Kind[] = [...KIND_NAMES].sort(
  (a, b) => KINDS[a].order.write - KINDS[b].order.write,
);

function isKind(name: string): name is Kind {
  return Object.hasOwn(KINDS, name);
}

/** True for kinds whose rows are inserted, updated and deleted: all but the generations. */
export function isRowKind(kind: Kind): kind is RowKind {
  return KINDS[kind].form === 'rows';
}

/** In the order of the table of kinds. */
export function columnsOf(kind: Kind): readonly Column[] {
  return KINDS[kind].columns;
}
