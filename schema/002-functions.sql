-- The functions of schema `storage`, called by name and with named arguments by the tools of Bagger.
-- They are created in a schema of their own first. The block at the end moves those that `storage` lacks
-- and drops the others: a function of the same name and number of arguments that exists is left alone,
-- because a second one beside it could make calls ambiguous.

CREATE SCHEMA lenkwerk_candidate;

-- Storage nodes ----------------------------------------------------------------------------

CREATE FUNCTION lenkwerk_candidate.register_pg_instance(in_host text, in_port int, in_username text)
RETURNS SETOF storage.postgres_instance LANGUAGE sql AS $$
    INSERT INTO storage.postgres_instance (host, port, username)
    VALUES (in_host, in_port, in_username)
    RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.set_pg_instance_status(in_id int, in_status int)
RETURNS SETOF storage.postgres_instance LANGUAGE sql AS $$
    UPDATE storage.postgres_instance SET status = in_status WHERE id = in_id RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.get_pg_instance_by_id(in_id int)
RETURNS SETOF storage.postgres_instance LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.postgres_instance WHERE id = in_id
$$;

CREATE FUNCTION lenkwerk_candidate.get_pg_instance_by_host_and_port(in_host text, in_port int)
RETURNS SETOF storage.postgres_instance LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.postgres_instance WHERE host = in_host AND port = in_port
$$;

CREATE FUNCTION lenkwerk_candidate.list_pg_instances()
RETURNS SETOF storage.postgres_instance LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.postgres_instance ORDER BY host, port
$$;

-- Dimensions -------------------------------------------------------------------------------

CREATE FUNCTION lenkwerk_candidate.get_dimensions()
RETURNS SETOF storage.dimension LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.dimension ORDER BY ordinality
$$;

CREATE FUNCTION lenkwerk_candidate.append_dimension(
    in_fieldname varchar, in_default_val varchar, in_valid_from timestamp, in_valid_until timestamp)
RETURNS SETOF storage.dimension LANGUAGE sql AS $$
    INSERT INTO storage.dimension (ordinality, fieldname, default_val, valid_from, valid_until)
    SELECT coalesce(max(ordinality) + 1, 0), in_fieldname, coalesce(in_default_val, 'notexist'),
           coalesce(in_valid_from, '-infinity'), coalesce(in_valid_until, 'infinity')
      FROM storage.dimension
    RETURNING *
$$;

-- The uniqueness of ordinality is checked at commit, so the others can move up in the same statement.
CREATE FUNCTION lenkwerk_candidate.insert_dimension(
    in_ordinality int, in_fieldname varchar, in_default_val varchar,
    in_valid_from timestamp, in_valid_until timestamp)
RETURNS SETOF storage.dimension LANGUAGE sql AS $$
    WITH moved AS (
        UPDATE storage.dimension SET ordinality = ordinality + 1 WHERE ordinality >= in_ordinality
    )
    INSERT INTO storage.dimension (ordinality, fieldname, default_val, valid_from, valid_until)
    VALUES (in_ordinality, in_fieldname, coalesce(in_default_val, 'notexist'),
            coalesce(in_valid_from, '-infinity'), coalesce(in_valid_until, 'infinity'))
    RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.expire_dimension(in_id int, in_valid_until timestamp)
RETURNS SETOF storage.dimension LANGUAGE sql AS $$
    UPDATE storage.dimension SET valid_until = in_valid_until WHERE id = in_id RETURNING *
$$;

-- Indexes ----------------------------------------------------------------------------------

CREATE FUNCTION lenkwerk_candidate.save_index(
    in_indexname text, in_access_method text, in_tablespc text,
    in_valid_until timestamp, in_valid_from timestamp)
RETURNS SETOF storage.index LANGUAGE sql AS $$
    INSERT INTO storage.index (indexname, access_method, tablespc, valid_until, valid_from)
    VALUES (coalesce(in_indexname, 'bagger_idx'), in_access_method,
            coalesce(in_tablespc, 'pg_default'),
            coalesce(in_valid_until, 'infinity'), coalesce(in_valid_from, '-infinity'))
    ON CONFLICT (indexname) DO UPDATE
       SET access_method = excluded.access_method, valid_until = excluded.valid_until
    RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.get_index(in_indexname text)
RETURNS SETOF storage.index LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.index WHERE indexname = in_indexname
$$;

CREATE FUNCTION lenkwerk_candidate.expire_index(in_id int, in_valid_until timestamp)
RETURNS SETOF storage.index LANGUAGE sql AS $$
    UPDATE storage.index SET valid_until = in_valid_until WHERE id = in_id RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.append_index_field(
    in_index_id int, in_expression varchar, in_valid_from timestamp, in_valid_until timestamp)
RETURNS SETOF storage.index_field LANGUAGE sql AS $$
    INSERT INTO storage.index_field (index_id, ordinality, expression, valid_from, valid_until)
    SELECT in_index_id, coalesce(max(ordinality) + 1, 0), in_expression,
           coalesce(in_valid_from, '-infinity'), coalesce(in_valid_until, 'infinity')
      FROM storage.index_field
     WHERE index_id = in_index_id
    RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.insert_index_field(
    in_index_id int, in_ordinality int, in_expression varchar,
    in_valid_from timestamp, in_valid_until timestamp)
RETURNS SETOF storage.index_field LANGUAGE sql AS $$
    WITH moved AS (
        UPDATE storage.index_field
           SET ordinality = ordinality + 1
         WHERE index_id = in_index_id AND ordinality >= in_ordinality
    )
    INSERT INTO storage.index_field (index_id, ordinality, expression, valid_from, valid_until)
    VALUES (in_index_id, in_ordinality, in_expression,
            coalesce(in_valid_from, '-infinity'), coalesce(in_valid_until, 'infinity'))
    RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.expire_index_field(in_id int, in_valid_until timestamp)
RETURNS SETOF storage.index_field LANGUAGE sql AS $$
    UPDATE storage.index_field SET valid_until = in_valid_until WHERE id = in_id RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.get_index_fields(in_index_id int)
RETURNS SETOF storage.index_field LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.index_field WHERE index_id = in_index_id ORDER BY ordinality
$$;

-- Periods that were expired before they began contain no moment at all.
CREATE FUNCTION lenkwerk_candidate.validrange(in_time_bound storage.time_bound)
RETURNS tsrange LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (in_time_bound).valid_from <= (in_time_bound).valid_until
                THEN pg_catalog.tsrange((in_time_bound).valid_from, (in_time_bound).valid_until)
                ELSE 'empty' END
$$;

-- Config -----------------------------------------------------------------------------------

CREATE FUNCTION lenkwerk_candidate.get_config(in_key text)
RETURNS SETOF storage.config LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.config WHERE key = in_key
$$;

CREATE FUNCTION lenkwerk_candidate.save_config(in_key text, in_value json)
RETURNS SETOF storage.config LANGUAGE sql AS $$
    INSERT INTO storage.config (key, value) VALUES (in_key, in_value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
    RETURNING *
$$;

-- Servermap --------------------------------------------------------------------------------

CREATE FUNCTION lenkwerk_candidate.get_servermap(in_id int)
RETURNS SETOF storage.servermap LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.servermap WHERE id = in_id
$$;

CREATE FUNCTION lenkwerk_candidate.most_recent_servermap()
RETURNS SETOF storage.servermap LANGUAGE sql STABLE AS $$
    SELECT * FROM storage.servermap ORDER BY id DESC LIMIT 1
$$;

CREATE FUNCTION lenkwerk_candidate.save_servermap(in_server_map json)
RETURNS SETOF storage.servermap LANGUAGE sql AS $$
    INSERT INTO storage.servermap (server_map) VALUES (in_server_map) RETURNING *
$$;

CREATE FUNCTION lenkwerk_candidate.servermap_rotate_num()
RETURNS int LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(per_host.instances), 0)::int
      FROM (SELECT count(*) AS instances FROM storage.postgres_instance GROUP BY host) AS per_host
$$;

-- On a storage node ------------------------------------------------------------------------

-- Saves one record of the key-value store. The same record may come any number of times. A row of
-- the same id is overwritten in place (others may refer to it); a row of another id that holds the
-- same primary key is one whose deletion has not come yet, and makes space.
CREATE FUNCTION lenkwerk_candidate.inbound_from_kvstore(in_relname regclass, in_value json)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    same_key text;
    columns text;
BEGIN
    SELECT string_agg(format('t.%1$I = r.%1$I', a.attname), ' AND ') INTO STRICT same_key
      FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = in_relname AND i.indisprimary;
    SELECT string_agg(format('%1$I = excluded.%1$I', a.attname), ', ') INTO STRICT columns
      FROM pg_catalog.pg_attribute AS a
     WHERE a.attrelid = in_relname AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format(
        'DELETE FROM %1$s AS t USING json_populate_record(NULL::%1$s, $1) AS r'
        ' WHERE %2$s AND t.id <> r.id', in_relname, same_key) USING in_value;
    EXECUTE format(
        'INSERT INTO %1$s SELECT * FROM json_populate_record(NULL::%1$s, $1)'
        ' ON CONFLICT (id) DO UPDATE SET %2$s', in_relname, columns) USING in_value;
END
$$;

DO $$
DECLARE
    candidate record;
BEGIN
    FOR candidate IN
        SELECT p.oid::regprocedure AS signature
          FROM pg_catalog.pg_proc AS p
         WHERE p.pronamespace = 'lenkwerk_candidate'::regnamespace
           AND NOT EXISTS (
               SELECT FROM pg_catalog.pg_proc AS existing
                WHERE existing.pronamespace = 'storage'::regnamespace
                  AND existing.proname = p.proname AND existing.pronargs = p.pronargs)
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET SCHEMA storage', candidate.signature);
    END LOOP;
END
$$;

DROP SCHEMA lenkwerk_candidate CASCADE;
