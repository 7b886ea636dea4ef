-- Plan: 5 to add, 1 to change, 1 to expire, 1 to delete.
-- For review, against lenkwerk as of sha256:0000000000000000000000000000000000000000000000000000000000000000.

BEGIN;

-- instance/storage-1.example.com:5432: not recorded yet
INSERT INTO storage.postgres_instance (host, port, username, status)
VALUES ('storage-1.example.com', 5432, 'schaufel', 0);

-- instance/storage-9.example.com:5432: no manifest names it
DELETE FROM storage.postgres_instance WHERE id = 9;

-- dimension//service: no manifest names it
UPDATE storage.dimension SET valid_until = '2026-11-23 10:00:00' WHERE id = 1;

-- index/base_idx: not recorded yet
INSERT INTO storage.index (indexname, access_method, tablespc, valid_from, valid_until)
VALUES ('base_idx', 'gin', 'pg_default', '-infinity', 'infinity');

-- index/base_idx/field/0: not recorded yet
INSERT INTO storage.index_field (index_id, ordinality, expression, valid_from, valid_until)
VALUES ((SELECT id FROM storage.index WHERE indexname = 'base_idx'), 0, '(data->''user'')->''id''', '-infinity', 'infinity');

-- index/old_idx/field/1: wanted again while it is still valid
UPDATE storage.index_field SET valid_until = 'infinity' WHERE id = 4;

-- config/kvstore_config: the value differs
UPDATE storage.config SET value = '{"etcd":{"host":"10.0.0.1","port":2380,"retries":3,"comment":"a long unchanged part of the value"}}' WHERE id = 2;

-- servermap: there is no generation yet
INSERT INTO storage.servermap (server_map)
SELECT json_object_agg(entry.key, entry.value ORDER BY entry.place)
FROM (VALUES
  (0, 'version', '1'::json),
  (1, 'host1_5432', json_build_object('schaufel', (SELECT json_build_object('id', id, 'host', host, 'port', port) FROM storage.postgres_instance WHERE host = 'host1' AND port = 5432), 'copies', json_build_array((SELECT json_build_object('id', id, 'host', host, 'port', port) FROM storage.postgres_instance WHERE host = 'host1' AND port = 5432), (SELECT json_build_object('id', id, 'host', host, 'port', port) FROM storage.postgres_instance WHERE host = 'host2' AND port = 5432)))),
  (2, 'host2_5432', json_build_object('schaufel', (SELECT json_build_object('id', id, 'host', host, 'port', port) FROM storage.postgres_instance WHERE host = 'host2' AND port = 5432), 'copies', json_build_array((SELECT json_build_object('id', id, 'host', host, 'port', port) FROM storage.postgres_instance WHERE host = 'host2' AND port = 5432), (SELECT json_build_object('id', id, 'host', host, 'port', port) FROM storage.postgres_instance WHERE host = 'host1' AND port = 5432))))
) AS entry (place, key, value);

COMMIT;
