/** The tables of every database of an existing Bagger. */
export const EXISTING_TABLES = `
CREATE SCHEMA storage;
CREATE TABLE storage.time_bound (
  valid_from timestamp NOT NULL DEFAULT '-infinity',
  valid_until timestamp NOT NULL DEFAULT 'infinity',
  CHECK (valid_from IS NULL) NO INHERIT);
CREATE TABLE storage.postgres_instance (
  id serial UNIQUE, host varchar, port int, username varchar NOT NULL,
  status smallint NOT NULL DEFAULT 0, PRIMARY KEY (host, port));
CREATE TABLE storage.servermap (id serial PRIMARY KEY, server_map json NOT NULL);
CREATE TABLE storage.dimension (
  id serial UNIQUE, ordinality int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
  default_val varchar DEFAULT 'notexist', fieldname varchar PRIMARY KEY
) INHERITS (storage.time_bound);
CREATE TABLE storage.index (
  id serial UNIQUE, indexname varchar(16) DEFAULT 'bagger_idx' PRIMARY KEY,
  access_method varchar NOT NULL, tablespc varchar NOT NULL DEFAULT 'pg_default'
) INHERITS (storage.time_bound);
CREATE TABLE storage.index_field (
  id serial UNIQUE, index_id int NOT NULL REFERENCES storage.index (id), ordinality int,
  expression varchar NOT NULL,
  PRIMARY KEY (index_id, ordinality) DEFERRABLE INITIALLY DEFERRED
) INHERITS (storage.time_bound);
CREATE TABLE storage.config (id serial UNIQUE, key text PRIMARY KEY, value json NOT NULL);
`;

/**
 * A database as an existing Bagger has it: our tables, other functions, default replica identity.
 */
export const EXISTING_BAGGER = `${EXISTING_TABLES}
CREATE FUNCTION storage.get_config(in_key text) RETURNS storage.config LANGUAGE sql AS
  'SELECT * FROM storage.config WHERE key = in_key';
CREATE FUNCTION storage.expire_dimension(in_id int, in_valid_until timestamp)
  RETURNS storage.dimension LANGUAGE sql AS
  'UPDATE storage.dimension SET valid_until = in_valid_until WHERE id = in_id RETURNING *';
CREATE FUNCTION storage.register_pg_instance(in_host varchar, in_port int, in_username varchar)
  RETURNS storage.postgres_instance LANGUAGE sql AS
  'INSERT INTO storage.postgres_instance (host, port, username)
   VALUES (in_host, in_port, in_username) RETURNING *';

CREATE PUBLICATION bagger_lw_storage FOR TABLE storage.postgres_instance, storage.index,
  storage.index_field, storage.dimension, storage.config WITH (publish = 'insert, update, delete');

INSERT INTO storage.postgres_instance (host, port, username, status)
VALUES ('b.example', 5432, 'schaufel', 3), ('a.example', 5432, 'schaufel', 0);
INSERT INTO storage.dimension (ordinality, fieldname, default_val) VALUES (0, 'service', NULL);
INSERT INTO storage.index (indexname, access_method) VALUES ('base_idx', 'gin');
INSERT INTO storage.index_field (index_id, ordinality, expression)
VALUES (1, 0, 'data->''user''');
INSERT INTO storage.config (key, value)
VALUES ('production', '"1"'), ('exact', '{ "b":1.10,  "a":12345678901234567890 }');
INSERT INTO storage.servermap (server_map) VALUES ('{"version":1 }'), ('{"version": 1}');
`;
