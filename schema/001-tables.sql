-- The tables of schema `storage`, an interface that the tools of Bagger share.
-- Run by `lenkwerk init` with an empty search_path; what exists already is left as it is.

CREATE SCHEMA IF NOT EXISTS storage;

CREATE TABLE IF NOT EXISTS storage.time_bound (
    valid_from timestamp NOT NULL DEFAULT '-infinity',
    valid_until timestamp NOT NULL DEFAULT 'infinity',
    CONSTRAINT time_bound_holds_no_rows CHECK (false) NO INHERIT
);
COMMENT ON TABLE storage.time_bound IS
    'Columns that dimension, index and index_field share: the hours for which a row counts, in UTC. Never holds rows itself.';

CREATE TABLE IF NOT EXISTS storage.postgres_instance (
    id serial NOT NULL UNIQUE,
    host varchar,
    port int,
    username varchar NOT NULL,
    status smallint NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
    PRIMARY KEY (host, port)
);
COMMENT ON TABLE storage.postgres_instance IS
    'The storage nodes. Passwords have no place here.';
COMMENT ON COLUMN storage.postgres_instance.status IS
    'Bit 0: may be read, bit 1: may be written. 0 offline, 1 read-only, 2 write-only, 3 online.';

CREATE TABLE IF NOT EXISTS storage.servermap (
    id serial,
    server_map json NOT NULL,
    PRIMARY KEY (id)
);
COMMENT ON TABLE storage.servermap IS
    'Generations of the map of where new data goes. Rows are only added; the highest id is current.';

CREATE TABLE IF NOT EXISTS storage.dimension (
    id serial NOT NULL UNIQUE,
    ordinality int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
    default_val varchar DEFAULT 'notexist',
    fieldname varchar,
    PRIMARY KEY (fieldname)
) INHERITS (storage.time_bound);
COMMENT ON TABLE storage.dimension IS
    'The JSON pointers whose values name a partition, evaluated by ordinality.';

CREATE TABLE IF NOT EXISTS storage.index (
    id serial NOT NULL UNIQUE,
    indexname varchar(16) DEFAULT 'bagger_idx',
    access_method varchar NOT NULL,
    tablespc varchar NOT NULL DEFAULT 'pg_default',
    PRIMARY KEY (indexname)
) INHERITS (storage.time_bound);
COMMENT ON TABLE storage.index IS 'The indexes that storage nodes make on each new partition.';

CREATE TABLE IF NOT EXISTS storage.index_field (
    id serial NOT NULL UNIQUE,
    index_id int NOT NULL REFERENCES storage.index (id),
    ordinality int,
    expression varchar NOT NULL,
    PRIMARY KEY (index_id, ordinality) DEFERRABLE INITIALLY DEFERRED
) INHERITS (storage.time_bound);
COMMENT ON TABLE storage.index_field IS 'What an index consists of, in the order of ordinality.';
COMMENT ON COLUMN storage.index_field.expression IS
    'An SQL expression over the column data. It runs inside the storage nodes at every insert.';

CREATE TABLE IF NOT EXISTS storage.config (
    id serial NOT NULL UNIQUE,
    key text,
    value json NOT NULL,
    PRIMARY KEY (key)
);
COMMENT ON TABLE storage.config IS 'Settings of the cluster, any JSON value under any key.';
