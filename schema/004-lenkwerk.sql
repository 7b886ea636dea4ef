-- What this program keeps beside the tables of Bagger: who the cluster is, what was set up, what was
-- applied, and the functions through which a role that may only read reaches the replication stream.

--
-- Functions with the rights of their owner search pg_temp last: it would come first otherwise, for the
-- names of types as well, and callers may create any there.

CREATE SCHEMA IF NOT EXISTS lenkwerk;

CREATE TABLE IF NOT EXISTS lenkwerk.cluster (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    uuid uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE lenkwerk.cluster IS 'One row: the name that plans know this cluster by.';

INSERT INTO lenkwerk.cluster DEFAULT VALUES ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS lenkwerk.schema_migration (
    file text,
    digest text,
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text NOT NULL DEFAULT session_user,
    PRIMARY KEY (file, digest)
);
COMMENT ON TABLE lenkwerk.schema_migration IS 'Which schema files ran here, by the SHA-256 of their bytes.';

-- A log of an earlier version, to which an apply could add any row, is kept beside the new one.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_attribute
                WHERE attrelid = pg_catalog.to_regclass('lenkwerk.apply_log')
                  AND attname = 'id' AND attidentity <> '') THEN
        ALTER TABLE lenkwerk.apply_log RENAME TO earlier_apply_log;
        IF pg_catalog.to_regrole('lenkwerk_apply') IS NOT NULL THEN
            REVOKE INSERT ON lenkwerk.earlier_apply_log FROM lenkwerk_apply;
        END IF;
    END IF;
END
$$;

CREATE TABLE IF NOT EXISTS lenkwerk.apply_log (
    id bigint PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    applied_at timestamptz NOT NULL,
    database_user text NOT NULL,
    author text,
    git_commit text,
    ci json,
    plan json NOT NULL,
    desired text,
    desired_base bigint,
    servermap_id int,
    previous_digest text UNIQUE,
    digest text NOT NULL UNIQUE
);
COMMENT ON TABLE lenkwerk.apply_log IS
    'Every apply, in a chain: digest covers the columns before it, and with them the digest of the entry before.';
COMMENT ON COLUMN lenkwerk.apply_log.database_user IS
    'As whom the session was authenticated. Author, commit and pipeline are what the client reported.';
COMMENT ON COLUMN lenkwerk.apply_log.desired_base IS
    'Null: desired is the whole text. Else: the difference to the entry before, and so on back to this entry.';
COMMENT ON COLUMN lenkwerk.apply_log.servermap_id IS
    'The servermap that was current after the apply: every older generation was replaced by then.';

CREATE OR REPLACE FUNCTION lenkwerk.refuse_change()
RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: entries are only added', tg_op, tg_relid::regclass
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE OR REPLACE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON lenkwerk.apply_log
    FOR EACH STATEMENT EXECUTE FUNCTION lenkwerk.refuse_change();

-- The only way into the log for those who apply: id, time, user, servermap and digest are set here.
-- in_previous: the digest of the last entry, null for none; with another one it fails with 40001.
-- in_difference: in_desired is the difference to the desired state of the last entry.
CREATE OR REPLACE FUNCTION lenkwerk.append_apply(
    in_uuid uuid, in_author text, in_git_commit text, in_ci json, in_plan json,
    in_desired text, in_difference boolean, in_previous text
) RETURNS TABLE (applied_id bigint, applied_digest text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
    last record;
    base bigint;
    servermap int := (SELECT max(s.id) FROM storage.servermap AS s);
    applied_at timestamptz;
    field text;
    sealed bytea := '';
BEGIN
    LOCK TABLE lenkwerk.apply_log IN SHARE ROW EXCLUSIVE MODE;
    SELECT l.id, l.digest, l.desired IS NOT NULL AS has_desired,
           coalesce(l.desired_base, l.id) AS base
      INTO last FROM lenkwerk.apply_log AS l ORDER BY l.id DESC LIMIT 1;
    IF in_previous IS DISTINCT FROM last.digest THEN
        RAISE EXCEPTION 'the log of applies ends with another entry'
            USING ERRCODE = 'serialization_failure';
    END IF;
    -- Entries stay for ever: one that is too long would keep the log from being read.
    IF octet_length(in_plan::text) > 64 * 1024 * 1024 OR octet_length(in_desired) > 64 * 1024 * 1024
       OR in_difference AND octet_length(in_desired) > 4 * 1024 * 1024
       OR octet_length(in_ci::text) > 64 * 1024
       OR octet_length(in_author) > 64 * 1024 OR octet_length(in_git_commit) > 64 * 1024 THEN
        RAISE EXCEPTION 'the entry is too long for the log of applies'
            USING ERRCODE = 'program_limit_exceeded';
    END IF;
    IF in_difference THEN
        IF last.has_desired IS NOT TRUE OR in_desired IS NULL THEN
            RAISE EXCEPTION 'there is no text that the difference could belong to'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        base := last.base;
    END IF;
    applied_id := coalesce(last.id, 0) + 1;
    applied_at := clock_timestamp();
    -- The digest of the digests: joined texts of megabytes would be copied several times. The byte
    -- before each shows whether one follows, so that no two entries have the same bytes.
    FOREACH field IN ARRAY ARRAY[
        applied_id::text, in_uuid::text, applied_at::text, session_user::text, in_author, in_git_commit,
        in_ci::text, in_plan::text, in_desired, base::text, servermap::text, last.digest] LOOP
        sealed := sealed || coalesce('\x01'::bytea || sha256(convert_to(field, 'UTF8')), '\x00');
    END LOOP;
    applied_digest := encode(sha256(sealed), 'hex');
    INSERT INTO lenkwerk.apply_log
    VALUES (applied_id, in_uuid, applied_at, session_user, in_author, in_git_commit, in_ci, in_plan,
            in_desired, base, servermap, last.digest, applied_digest);
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION lenkwerk.append_apply(uuid, text, text, json, json, text, boolean, text)
    FROM PUBLIC;

-- Call it first in a READ COMMITTED transaction, then read the six tables, then commit. From here to
-- the commit no other session can change them, so what is read is what the stream holds at the commit
-- that carries the nonce. Not in REPEATABLE READ: that snapshot is taken before the locks are.
CREATE OR REPLACE FUNCTION lenkwerk.barrier(in_nonce text)
RETURNS pg_lsn LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF in_nonce IS NULL OR in_nonce !~ '^[A-Za-z0-9_-]{1,64}$' THEN
        RAISE EXCEPTION 'a nonce is 1 to 64 letters, digits, - and _'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a barrier needs a READ COMMITTED transaction'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    -- A client that goes silent must not lock out writers for ever; sessions set shorter ones.
    IF pg_catalog.current_setting('idle_in_transaction_session_timeout') = '0' THEN
        PERFORM pg_catalog.set_config('idle_in_transaction_session_timeout', '10s', true);
    END IF;
    LOCK TABLE ONLY storage.config, ONLY storage.postgres_instance, ONLY storage.servermap,
        ONLY storage.dimension, ONLY storage.index, ONLY storage.index_field IN SHARE MODE;
    RETURN pg_catalog.pg_logical_emit_message(true, 'lenkwerk/barrier', in_nonce);
END
$$;
REVOKE ALL ON FUNCTION lenkwerk.barrier(text) FROM PUBLIC;

-- Asks the active agents to set keys of the store right; no keys stand for all of them. Agents do not
-- look at longer messages.
CREATE OR REPLACE FUNCTION lenkwerk.request_repair(in_keys jsonb)
RETURNS pg_lsn LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF in_keys IS NULL OR pg_catalog.jsonb_typeof(in_keys) <> 'array'
       OR pg_catalog.jsonb_path_exists(in_keys, '$[*] ? (@.type() != "string")')
       OR pg_catalog.octet_length(in_keys::text) > 4096 THEN
        RAISE EXCEPTION 'keys are an array of strings, at most 4096 bytes'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN pg_catalog.pg_logical_emit_message(true, 'lenkwerk/repair', in_keys::text);
END
$$;
REVOKE ALL ON FUNCTION lenkwerk.request_repair(jsonb) FROM PUBLIC;
