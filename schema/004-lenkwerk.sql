-- What this program keeps beside the tables of Bagger: who the cluster is, what was set up, what was
-- applied, and the functions through which a role that may only read reaches the replication stream.

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

CREATE TABLE IF NOT EXISTS lenkwerk.apply_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    applied_at timestamptz NOT NULL,
    database_user text NOT NULL,
    author text,
    git_commit text,
    ci json,
    plan json NOT NULL,
    desired text,
    previous_digest text UNIQUE,
    digest text NOT NULL UNIQUE
);
-- The servermap that was current after the apply: every older generation was replaced by then.
ALTER TABLE lenkwerk.apply_log ADD COLUMN IF NOT EXISTS servermap_id int;
COMMENT ON TABLE lenkwerk.apply_log IS
    'Every apply, in a chain: digest covers the columns before it and the digest of the entry before.';

CREATE OR REPLACE FUNCTION lenkwerk.refuse_change()
RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: entries are only added', tg_op, tg_relid::regclass
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE OR REPLACE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON lenkwerk.apply_log
    FOR EACH STATEMENT EXECUTE FUNCTION lenkwerk.refuse_change();

-- Call it first in a READ COMMITTED transaction, then read the six tables, then commit. From here to
-- the commit no other session can change them, so what is read is what the stream holds at the commit
-- that carries the nonce. Not in REPEATABLE READ: that snapshot is taken before the locks are.
CREATE OR REPLACE FUNCTION lenkwerk.barrier(in_nonce text)
RETURNS pg_lsn LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF in_nonce IS NULL OR in_nonce !~ '^[A-Za-z0-9_-]{1,64}$' THEN
        RAISE EXCEPTION 'a nonce is 1 to 64 letters, digits, - and _'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a barrier needs a READ COMMITTED transaction'
            USING ERRCODE = 'invalid_transaction_state';
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
RETURNS pg_lsn LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
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
