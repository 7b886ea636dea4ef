/** One statement per table and action, each fed a JSON array of rows as its only parameter. */

export interface WriteStatement {
  readonly text: string;
  /** What the rows are, for the message when their number is not what was planned. */
  readonly what: string;
}

// JSON text travels as a string and becomes json only in the table: no number passes through a
// number type on the way, and the text arrives as it was written.

export const DELETE_BY_ID = {
  instance: deleteById('storage.postgres_instance'),
  dimension: deleteById('storage.dimension'),
  index: deleteById('storage.index'),
  'index-field': deleteById('storage.index_field'),
  config: deleteById('storage.config'),
} as const;

export const UPDATE_BY_ID = {
  instance: {
    what: 'updates of storage.postgres_instance',
    text: `
      UPDATE storage.postgres_instance AS t
         SET host = r.host, port = r.port, username = r.username, status = r.status
        FROM json_to_recordset($1::json)
          AS r (id int, host varchar, port int, username varchar, status smallint)
       WHERE t.id = r.id`,
  },
  dimension: {
    what: 'updates of storage.dimension',
    text: `
      UPDATE storage.dimension AS t
         SET fieldname = r.fieldname, default_val = r.default_val, ordinality = r.ordinality,
             valid_from = r.valid_from, valid_until = r.valid_until
        FROM json_to_recordset($1::json)
          AS r (id int, fieldname varchar, default_val varchar, ordinality int,
                valid_from timestamp, valid_until timestamp)
       WHERE t.id = r.id`,
  },
  index: {
    what: 'updates of storage.index',
    text: `
      UPDATE storage.index AS t
         SET indexname = r.indexname, access_method = r.access_method, tablespc = r.tablespc,
             valid_from = r.valid_from, valid_until = r.valid_until
        FROM json_to_recordset($1::json)
          AS r (id int, indexname text, access_method varchar, tablespc varchar,
                valid_from timestamp, valid_until timestamp)
       WHERE t.id = r.id`,
  },
  'index-field': {
    what: 'updates of storage.index_field',
    text: `
      UPDATE storage.index_field AS t
         SET index_id = i.id, ordinality = r.ordinality, expression = r.expression,
             valid_from = r.valid_from, valid_until = r.valid_until
        FROM json_to_recordset($1::json)
          AS r (id int, indexname text, ordinality int, expression varchar,
                valid_from timestamp, valid_until timestamp)
        JOIN storage.index AS i ON i.indexname = r.indexname
       WHERE t.id = r.id`,
  },
  config: {
    what: 'updates of storage.config',
    text: `
      UPDATE storage.config AS t
         SET key = r.key, value = r.value::json
        FROM json_to_recordset($1::json) AS r (id int, key text, value text)
       WHERE t.id = r.id`,
  },
} as const;

export const INSERT = {
  instance: {
    what: 'new rows of storage.postgres_instance',
    text: `
      INSERT INTO storage.postgres_instance (host, port, username, status)
      SELECT r.host, r.port, r.username, r.status
        FROM json_to_recordset($1::json)
          AS r (host varchar, port int, username varchar, status smallint)`,
  },
  dimension: {
    what: 'new rows of storage.dimension',
    text: `
      INSERT INTO storage.dimension (fieldname, default_val, ordinality, valid_from, valid_until)
      SELECT r.fieldname, r.default_val, r.ordinality, r.valid_from, r.valid_until
        FROM json_to_recordset($1::json)
          AS r (fieldname varchar, default_val varchar, ordinality int,
                valid_from timestamp, valid_until timestamp)`,
  },
  // indexname is read as text: a name that is too long must fail, not lose its end.
  index: {
    what: 'new rows of storage.index',
    text: `
      INSERT INTO storage.index (indexname, access_method, tablespc, valid_from, valid_until)
      SELECT r.indexname, r.access_method, r.tablespc, r.valid_from, r.valid_until
        FROM json_to_recordset($1::json)
          AS r (indexname text, access_method varchar, tablespc varchar,
                valid_from timestamp, valid_until timestamp)`,
  },
  // In order, so that ids follow the fields: a join returns them in any.
  'index-field': {
    what: 'new rows of storage.index_field',
    text: `
      INSERT INTO storage.index_field (index_id, ordinality, expression, valid_from, valid_until)
      SELECT i.id, r.ordinality, r.expression, r.valid_from, r.valid_until
        FROM json_to_recordset($1::json)
          AS r (indexname text, ordinality int, expression varchar,
                valid_from timestamp, valid_until timestamp)
        JOIN storage.index AS i ON i.indexname = r.indexname
       ORDER BY i.id, r.ordinality`,
  },
  config: {
    what: 'new rows of storage.config',
    text: `
      INSERT INTO storage.config (key, value)
      SELECT r.key, r.value::json FROM json_to_recordset($1::json) AS r (key text, value text)`,
  },
} as const;

function deleteById(table: string): WriteStatement {
  return {
    what: `deletions from ${table}`,
    text: `DELETE FROM ${table} WHERE id IN (SELECT r.id FROM json_to_recordset($1::json) AS r (id int))`,
  };
}
