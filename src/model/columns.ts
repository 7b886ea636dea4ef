/** The types of the tables' columns; kinds.ts assigns them to the tables. */

/** The content of a column, and its type as PostgreSQL's format_type writes it. */
const COLUMN_TYPES = {
  id: 'integer',
  integer: 'integer',
  /** The id of the row that contains this one; a plan names that row instead. */
  whole: 'integer',
  /** The position among the rows of the table, or of the containing row. */
  place: 'integer',
  /** An index into INSTANCE_STATUSES; a plan has the word. */
  status: 'smallint',
  text: 'text',
  varchar: 'character varying',
  'varchar(16)': 'character varying(16)',
  /** The column allows null, and an existing database may hold it. */
  'varchar or null': 'character varying',
  /** A JSON pointer; recorded without a leading slash it is one unescaped reference token. */
  pointer: 'character varying',
  /** SQL over the column `data` of a storage node. */
  expression: 'character varying',
  /** JSON, as its exact text. */
  json: 'json',
  timestamp: 'timestamp without time zone',
} as const;
export type ColumnType = keyof typeof COLUMN_TYPES;

export interface Column {
  /** Its name in plans and in the recorded state. */
  readonly attribute: string;
  /** Its name in the database, and so in published records. */
  readonly column: string;
  readonly type: ColumnType;
}

/** The columns that are inherited from storage.time_bound. */
export const TIME_BOUND = [
  { attribute: 'validFrom', column: 'valid_from', type: 'timestamp' },
  { attribute: 'validUntil', column: 'valid_until', type: 'timestamp' },
] as const satisfies readonly Column[];

/** The name of a column in the recorded state: `indexId` where a plan has `index`. */
export function recordedName({ attribute, type }: Column): string {
  return type === 'whole' ? `${attribute}Id` : attribute;
}

/** True for columns with a row's containing row, and its position there. */
export function isPlace({ type }: Column): boolean {
  return type === 'whole' || type === 'place';
}

/** True for columns of characters, which JSON text is not. */
export function holdsText({ type }: Column): boolean {
  return /^(?:text|character)/.test(sqlType(type));
}

/** The type of a column as PostgreSQL's format_type writes it. */
export function sqlType(type: ColumnType): string {
  return COLUMN_TYPES[type];
}
