-- Two instances a host, with the ids 1 to 6.
INSERT INTO storage.postgres_instance (host, port, username, status)
  SELECT 'host' || h, 5431 + p, 'schaufel', 3
    FROM generate_series(1, 3) AS h, generate_series(1, 2) AS p ORDER BY h, p;
INSERT INTO storage.dimension (ordinality, fieldname) VALUES (0, '/foo'), (1, '/bar/baz');
INSERT INTO storage.index (indexname, access_method) VALUES ('base_idx', 'btree');
INSERT INTO storage.index_field (index_id, ordinality, expression)
  SELECT id, ordinality, expression
    FROM storage.index, (VALUES (0, 'data->''a'''), (1, 'lower(data->>''b'')')) AS field (ordinality, expression);
INSERT INTO storage.config (key, value) VALUES
  ('retain_hrs', '48'), ('schaufel_threads', '2'), ('kafka_broker', '"k1:9092"'), ('kafka_topic', '"events"'),
  ('kvstore_type', '"etcd"'), ('kvstore_config', '{"host": "h", "port": 2379}');
INSERT INTO storage.servermap (server_map) VALUES ('{"version": 1}');
