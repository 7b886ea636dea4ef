-- What the agent needs of the six published tables: whole old rows, and a publication of every change.

-- Deletes carry the id only under FULL, and the deferrable key of index_field is no replica identity
-- at all: without FULL its rows could be neither updated nor deleted once they are published.
DO $$
DECLARE
    published CONSTANT text[] := ARRAY[
        'config', 'postgres_instance', 'servermap', 'dimension', 'index', 'index_field'];
    relation record;
BEGIN
    FOR relation IN
        SELECT c.relname
          FROM pg_catalog.pg_class AS c
         WHERE c.relnamespace = 'storage'::regnamespace
           AND c.relname = ANY (published) AND c.relreplident <> 'f'
    LOOP
        EXECUTE format('ALTER TABLE storage.%I REPLICA IDENTITY FULL', relation.relname);
    END LOOP;

    IF NOT EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = 'bagger_lw_storage') THEN
        CREATE PUBLICATION bagger_lw_storage;
        -- Another session may create one meanwhile, which is altered below and has no such comment.
        COMMENT ON PUBLICATION bagger_lw_storage IS
            'Every change of the tables in schema storage, for the agents of lenkwerk.';
    END IF;

    IF NOT (SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate
              FROM pg_catalog.pg_publication WHERE pubname = 'bagger_lw_storage') THEN
        ALTER PUBLICATION bagger_lw_storage SET (publish = 'insert, update, delete, truncate');
    END IF;

    -- From PostgreSQL 18 on; records do not have generated columns.
    IF EXISTS (SELECT FROM pg_catalog.pg_publication AS p
                WHERE pubname = 'bagger_lw_storage' AND to_jsonb(p) ->> 'pubgencols' <> 'n') THEN
        ALTER PUBLICATION bagger_lw_storage SET (publish_generated_columns = none);
    END IF;

    -- Row filters and column lists, from PostgreSQL 15 on: what they leave out is lost in silence.
    FOR relation IN
        SELECT c.relname
          FROM pg_catalog.pg_publication AS p
          JOIN pg_catalog.pg_publication_rel AS r ON r.prpubid = p.oid
          JOIN pg_catalog.pg_class AS c ON c.oid = r.prrelid
         WHERE p.pubname = 'bagger_lw_storage' AND c.relnamespace = 'storage'::regnamespace
           AND c.relname = ANY (published)
           AND (to_jsonb(r) ->> 'prqual' IS NOT NULL OR to_jsonb(r) ->> 'prattrs' IS NOT NULL)
    LOOP
        EXECUTE format('ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.%I', relation.relname);
    END LOOP;

    FOR relation IN
        SELECT p.name AS relname
          FROM unnest(published) AS p (name)
         WHERE NOT EXISTS (
             SELECT FROM pg_catalog.pg_publication_tables AS t
              WHERE t.pubname = 'bagger_lw_storage' AND t.schemaname = 'storage'
                AND t.tablename = p.name)
    LOOP
        EXECUTE format('ALTER PUBLICATION bagger_lw_storage ADD TABLE storage.%I', relation.relname);
    END LOOP;
END
$$;
