-- An entry holds a whole plan, and some a whole desired state: megabytes of large clusters, written while
-- the tables are locked. lz4 packs them nearly as small as the default, in a fraction of the time.
-- Servers that were built without it keep the default. Only once: ALTER TABLE waits for readers.

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_settings
                WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))
       AND EXISTS (SELECT FROM pg_catalog.pg_attribute
                    WHERE attrelid = 'lenkwerk.apply_log'::regclass
                      AND attname IN ('plan', 'desired') AND attcompression <> 'l') THEN
        ALTER TABLE lenkwerk.apply_log
            ALTER COLUMN plan SET COMPRESSION lz4,
            ALTER COLUMN desired SET COMPRESSION lz4;
    END IF;
END
$$;

COMMENT ON COLUMN lenkwerk.apply_log.plan IS
    'Without the desired state, which is beside it.';
