-- A cluster as the tools of an existing Bagger record it: run this in an empty database to try the
-- adoption. The tables are those of Bagger; names without a slash are an older way to write a field.
CREATE SCHEMA storage;
CREATE TABLE storage.time_bound (
  valid_from timestamp NOT NULL DEFAULT '-infinity',
  valid_until timestamp NOT NULL DEFAULT 'infinity',
  CHECK (valid_from IS NULL) NO INHERIT
);
CREATE TABLE storage.postgres_instance (
  id serial UNIQUE,
  host varchar,
  port int,
  username varchar NOT NULL,
  status smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (host, port)
);
CREATE TABLE storage.servermap (id serial PRIMARY KEY, server_map json NOT NULL);
CREATE TABLE storage.dimension (
  id serial UNIQUE,
  ordinality int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
  default_val varchar DEFAULT 'notexist',
  fieldname varchar PRIMARY KEY
) INHERITS (storage.time_bound);
CREATE TABLE storage.index (
  id serial UNIQUE,
  indexname varchar(16) DEFAULT 'bagger_idx' PRIMARY KEY,
  access_method varchar NOT NULL,
  tablespc varchar NOT NULL DEFAULT 'pg_default'
) INHERITS (storage.time_bound);
CREATE TABLE storage.index_field (
  id serial UNIQUE,
  index_id int NOT NULL REFERENCES storage.index (id),
  ordinality int,
  expression varchar NOT NULL,
  PRIMARY KEY (index_id, ordinality) DEFERRABLE INITIALLY DEFERRED
) INHERITS (storage.time_bound);
CREATE TABLE storage.config (id serial UNIQUE, key text PRIMARY KEY, value json NOT NULL);

INSERT INTO storage.postgres_instance (host, port, username, status) VALUES
  ('storage-1.example.com', 5432, 'schaufel', 3),
  ('storage-2.example.com', 5432, 'schaufel', 3),
  ('storage-3.example.com', 5432, 'schaufel', 1);
INSERT INTO storage.dimension (ordinality, fieldname, default_val) VALUES
  (0, 'service', 'notexist'),
  (1, '/environment', 'production');
INSERT INTO storage.index (indexname, access_method) VALUES ('user_idx', 'btree');
INSERT INTO storage.index_field (index_id, ordinality, expression) VALUES
  (1, 0, '((data->''user'')->''id'')::bigint');
INSERT INTO storage.config (key, value) VALUES
  ('production', '"1"'),
  ('retain_hrs', '"48"'),
  ('kafka_topic', '"events"');
INSERT INTO storage.servermap (server_map) VALUES ('{
  "version": 1,
  "storage-1.example.com_5432": {
    "schaufel": {"id": 1, "host": "storage-1.example.com", "port": 5432},
    "copies": [
      {"id": 1, "host": "storage-1.example.com", "port": 5432},
      {"id": 2, "host": "storage-2.example.com", "port": 5432}
    ]
  },
  "storage-2.example.com_5432": {
    "schaufel": {"id": 2, "host": "storage-2.example.com", "port": 5432},
    "copies": [
      {"id": 2, "host": "storage-2.example.com", "port": 5432},
      {"id": 3, "host": "storage-3.example.com", "port": 5432}
    ]
  },
  "storage-3.example.com_5432": {
    "schaufel": {"id": 3, "host": "storage-3.example.com", "port": 5432},
    "copies": [
      {"id": 3, "host": "storage-3.example.com", "port": 5432},
      {"id": 1, "host": "storage-1.example.com", "port": 5432}
    ]
  }
}');
