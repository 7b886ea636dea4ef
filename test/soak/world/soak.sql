-- Beside the published tables: what makes a torn or wrong state visible.

CREATE SCHEMA soak;
CREATE TABLE soak.counter (n bigint NOT NULL);
INSERT INTO soak.counter VALUES (0);
-- The digest of all records at the commit of transaction n.
CREATE TABLE soak.state (n bigint PRIMARY KEY, digest bigint NOT NULL);
-- Traffic that is not published.
CREATE TABLE soak.busy (id bigserial, filler text);

-- Tables may have a column `extra`: where a table has none, the name means that of `absent`.
CREATE FUNCTION soak.digest() RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(bit_xor(('x' || substr(md5(line), 1, 15))::bit(60)::bigint), 0)
      FROM (SELECT NULL::text AS extra) AS absent
     CROSS JOIN LATERAL (
        SELECT concat_ws('|', '/Config/' || key, id, key, value::text,
                         (SELECT extra::text FROM (SELECT t.*) AS own)) AS line
          FROM storage.config AS t
        UNION ALL
        SELECT concat_ws('|', '/PostgresInstance/' || host || '/' || port,
                         id, host, port, username, status,
                         (SELECT extra::text FROM (SELECT t.*) AS own))
          FROM storage.postgres_instance AS t
        UNION ALL
        (SELECT concat_ws('|', '/Servermap', id, server_map::text,
                          (SELECT extra::text FROM (SELECT t.*) AS own))
           FROM storage.servermap AS t ORDER BY id DESC LIMIT 1)
        UNION ALL
        SELECT concat_ws('|', '/Dimension/' || id, valid_from, valid_until,
                         id, ordinality, default_val, fieldname,
                         (SELECT extra::text FROM (SELECT t.*) AS own))
          FROM storage.dimension AS t
        UNION ALL
        SELECT concat_ws('|', '/Index/' || id, valid_from, valid_until,
                         id, indexname, access_method, tablespc,
                         (SELECT extra::text FROM (SELECT t.*) AS own))
          FROM storage.index AS t
        UNION ALL
        SELECT concat_ws('|', '/Index/' || index_id || '/' || id, valid_from, valid_until,
                         id, index_id, ordinality, expression,
                         (SELECT extra::text FROM (SELECT t.*) AS own))
          FROM storage.index_field AS t
      ) AS lines
$$;

-- The last statement of every transaction. The row of soak.counter stays locked until the commit, so
-- that transactions commit in the order of n, and the state that each of them leaves is known here.
CREATE FUNCTION soak.finish(in_digest boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_n bigint;
    mark text;
    marked int;
BEGIN
    UPDATE soak.counter SET n = n + 1 RETURNING n INTO new_n;
    mark := 'gen:' || new_n;
    INSERT INTO storage.config (key, value) VALUES ('generation', to_json(mark))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value;
    INSERT INTO storage.postgres_instance (host, port, username) VALUES ('generation', 1, mark)
        ON CONFLICT (host, port) DO UPDATE SET username = excluded.username;
    INSERT INTO storage.dimension (ordinality, fieldname, default_val)
        VALUES (-1, '/generation', mark)
        ON CONFLICT (fieldname) DO UPDATE SET default_val = excluded.default_val;
    INSERT INTO storage.index (indexname, access_method, tablespc)
        VALUES ('generation', 'btree', mark)
        ON CONFLICT (indexname) DO UPDATE SET tablespc = excluded.tablespc
        RETURNING id INTO marked;
    UPDATE storage.index_field SET expression = mark WHERE index_id = marked AND ordinality = 0;
    IF NOT FOUND THEN
        INSERT INTO storage.index_field (index_id, ordinality, expression) VALUES (marked, 0, mark);
    END IF;
    UPDATE storage.servermap SET server_map = json_build_object('version', 1, 'gen', mark)
     WHERE id = (SELECT max(id) FROM storage.servermap);
    IF in_digest THEN
        INSERT INTO soak.state VALUES (new_n, soak.digest());
    END IF;
    RETURN new_n;
END
$$;
