-- In a node's database, after soak.digest(): what each commit of the follower shows.

CREATE TABLE soak.seen (
    id bigserial PRIMARY KEY,
    revision numeric NOT NULL,
    write_id text NOT NULL,
    -- The numbers of the transactions that the tables carry: one, unless the state is torn.
    marks text[] NOT NULL,
    digest bigint NOT NULL
);

CREATE FUNCTION soak.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO soak.seen (revision, write_id, marks, digest)
    SELECT NEW.revision, NEW.write_id, array_agg(DISTINCT mark), soak.digest() FROM (
        SELECT value #>> '{}' FROM storage.config WHERE key = 'generation'
        UNION ALL
        SELECT username FROM storage.postgres_instance WHERE host = 'generation'
        UNION ALL
        SELECT default_val FROM storage.dimension WHERE fieldname = '/generation'
        UNION ALL
        SELECT tablespc FROM storage.index WHERE indexname = 'generation'
        UNION ALL
        SELECT expression FROM storage.index_field WHERE expression LIKE 'gen:%'
    ) AS m (mark);
    RETURN NULL;
END
$$;

CREATE TRIGGER see AFTER UPDATE ON lenkwerk.follower FOR EACH ROW EXECUTE FUNCTION soak.see();
