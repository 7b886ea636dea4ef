/** The tables and functions of a PostgreSQL key-value store, in SQL (D41). */
import { foreignOwnersQuery, MAY_BE_SUPERUSER } from '../../postgres/others/foreign-owners.js';
import { MAX_ACKNOWLEDGEMENT_BYTES, MAX_KEY_BYTES } from '../acknowledgements.js';

/** Goes up when the tables or functions change. */
export const VERSION = 4;
/** Where they are. */
export const SCHEMA = 'lenkwerk_kv';
/** What is there of every version. */
export const TABLE_NAMES = ['position', 'current', 'revision', 'log'] as const;
/** By oid, one by one: one look at the whole catalog would take as long as a write. */
const HAVE_TRIGGERS = TABLE_NAMES.map(
  (name) => `EXISTS (SELECT FROM pg_catalog.pg_class AS c
                      WHERE c.oid = '${SCHEMA}.${name}'::pg_catalog.regclass AND c.relhastriggers)`,
).join(' OR ');
/** The table of what nodes report, which a store need not have. */
export const REPORTS = 'acknowledgement';

/**
 * `position` has one row, whose lock puts the commits in one order: revisions are visible in the
 * order of their numbers, which a sequence does not give. `log` keeps what each revision replaced,
 * so that a past state is the present one with the later revisions undone.
 */
const TABLES = `
  CREATE TABLE lenkwerk_kv.position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL,
    store_id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    revision bigint NOT NULL DEFAULT 1,
    pruned_until bigint NOT NULL DEFAULT 1,
    keep_revisions bigint NOT NULL DEFAULT 100000 CHECK (keep_revisions > 0),
    keep_bytes bigint NOT NULL DEFAULT 268435456 CHECK (keep_bytes > 0)
  ) WITH (fillfactor = 10);
  CREATE TABLE lenkwerk_kv.current (
    key bytea PRIMARY KEY,
    value bytea NOT NULL,
    mod_revision bigint NOT NULL
  );
  CREATE TABLE lenkwerk_kv.revision (
    revision bigint PRIMARY KEY,
    written_bytes bigint NOT NULL
  );
  CREATE TABLE lenkwerk_kv.log (
    revision bigint NOT NULL,
    key bytea NOT NULL,
    value bytea,
    old_value bytea,
    old_revision bigint,
    PRIMARY KEY (revision, key)
  );
  COMMENT ON COLUMN lenkwerk_kv.revision.written_bytes IS 'by all revisions up to this one';
  COMMENT ON COLUMN lenkwerk_kv.log.value IS 'null: the key was deleted';
  COMMENT ON COLUMN lenkwerk_kv.log.old_revision IS 'null: the key was not there';
  INSERT INTO lenkwerk_kv.position (version) VALUES (${VERSION});
  INSERT INTO lenkwerk_kv.revision VALUES (1, 0);
`;

/**
 * Each commit adds one revision and removes a few old ones, so that no single commit takes long.
 */
const MAX_PRUNED_AT_ONCE = 8;

/**
 * Writes if the guard key still has the expected revision and value (null: is not there); a null
 * guard always holds. A null value deletes. Returns the new revision, or what the guard key holds.
 * The statements of a function see what was committed before each of them began, which the
 * comparison after the lock relies on; a single statement would compare what was there before it
 * waited.
 */
const COMMIT = `
  CREATE OR REPLACE FUNCTION lenkwerk_kv.commit_changes(
    in_guard bytea, in_revision bigint, in_value bytea, in_keys bytea[], in_values bytea[],
    OUT committed boolean, OUT revision bigint, OUT value bytea
  ) LANGUAGE plpgsql SET search_path = '' AS $body$
  #variable_conflict use_column
  DECLARE
    place lenkwerk_kv.position;
    next_revision bigint;
    next_bytes bigint;
    bound bigint;
    found_revision bigint;
    found_value bytea;
    others json;
  BEGIN
    IF ${MAY_BE_SUPERUSER} THEN
      -- From here on no other session attaches anything; only owners change what else runs.
      LOCK TABLE ONLY ${TABLE_NAMES.map((name) => `${SCHEMA}.${name}`).join(', ONLY ')}
        IN ROW EXCLUSIVE MODE;
      IF ${HAVE_TRIGGERS} THEN
        SELECT f.others INTO others FROM (${foreignOwnersQuery([SCHEMA])}) AS f;
        IF pg_catalog.json_array_length(others -> 'owners') > 0 THEN
          RAISE insufficient_privilege USING
            MESSAGE = pg_catalog.format('%s is attached to the tables and would run as superuser',
                                        others ->> 'object'),
            HINT = 'give it to a superuser, or drop what the tables have to do with it';
        END IF;
        IF pg_catalog.json_array_length(others -> 'conditions') > 0 THEN
          RAISE insufficient_privilege USING
            MESSAGE = pg_catalog.format('functions in the condition of %s would run as superuser',
                                        others #>> '{conditions,0}'),
            HINT = 'drop the trigger, or put the condition into the function that it executes';
        END IF;
      END IF;
    END IF;
    SELECT p.* INTO STRICT place FROM lenkwerk_kv.position p FOR UPDATE;
    next_revision := place.revision + 1;
    IF in_guard IS NOT NULL THEN
      SELECT c.mod_revision, c.value INTO found_revision, found_value
        FROM lenkwerk_kv.current c WHERE c.key = in_guard;
      IF (found_revision, found_value) IS DISTINCT FROM (in_revision, in_value) THEN
        committed := false;
        revision := found_revision;
        value := found_value;
        RETURN;
      END IF;
    END IF;
    WITH changed AS MATERIALIZED (
      SELECT n.key, n.value, c.value AS old_value, c.mod_revision AS old_revision
        FROM ROWS FROM (pg_catalog.unnest(in_keys), pg_catalog.unnest(in_values)) n (key, value)
        -- Looked up one by one: a join may read all keys, by a plan of when there were few.
        LEFT JOIN LATERAL (SELECT * FROM lenkwerk_kv.current c WHERE c.key = n.key LIMIT 1) c
          ON true
       WHERE n.value IS NOT NULL OR c.key IS NOT NULL
    ), logged AS (
      INSERT INTO lenkwerk_kv.log (revision, key, value, old_value, old_revision)
        SELECT next_revision, n.key, n.value, n.old_value, n.old_revision FROM changed n
    ), deleted AS (
      DELETE FROM lenkwerk_kv.current c USING changed n WHERE n.value IS NULL AND c.key = n.key
    ), written AS (
      INSERT INTO lenkwerk_kv.current AS c (key, value, mod_revision)
        SELECT n.key, n.value, next_revision FROM changed n WHERE n.value IS NOT NULL
        ON CONFLICT (key) DO UPDATE
          SET value = excluded.value, mod_revision = excluded.mod_revision
    ), moved AS (
      UPDATE lenkwerk_kv.position SET revision = next_revision
    )
    INSERT INTO lenkwerk_kv.revision AS r (revision, written_bytes)
      SELECT next_revision, before.written_bytes + coalesce((
        SELECT pg_catalog.sum(pg_catalog.length(n.key)
          + coalesce(pg_catalog.length(n.value), 0)
          + coalesce(pg_catalog.length(n.old_value), 0)) FROM changed n), 0)
      FROM lenkwerk_kv.revision before WHERE before.revision = next_revision - 1
      RETURNING r.written_bytes INTO next_bytes;
    SELECT pg_catalog.max(r.revision) INTO bound
      FROM lenkwerk_kv.revision r
      WHERE r.revision > place.pruned_until
        AND r.revision <= place.pruned_until + ${MAX_PRUNED_AT_ONCE}
        AND r.revision < next_revision
        AND (r.revision <= next_revision - place.keep_revisions
          OR r.written_bytes <= next_bytes - place.keep_bytes);
    IF bound IS NOT NULL THEN
      DELETE FROM lenkwerk_kv.log l WHERE l.revision <= bound;
      -- That of the bound itself stays, to count the bytes that follow it.
      DELETE FROM lenkwerk_kv.revision r WHERE r.revision < bound;
      UPDATE lenkwerk_kv.position SET pruned_until = bound;
    END IF;
    PERFORM pg_catalog.pg_notify('lenkwerk_kv', '');
    committed := true;
    revision := next_revision;
  END
  $body$;
`;

/**
 * Version 1 compared the revision of the guard alone, 2 did not look at what is attached, and 3
 * wrote in a statement each.
 */
export const UPGRADE = `
  DROP FUNCTION IF EXISTS lenkwerk_kv.commit_changes(bytea, bigint, bytea[], bytea[]);
  ${COMMIT}
  DROP FUNCTION IF EXISTS lenkwerk_kv.prune();
  UPDATE lenkwerk_kv.position SET version = ${VERSION};
`;

/** Creates everything in the schema. */
export const CREATE = TABLES + COMMIT;

/**
 * A role that was granted TRIGGER on the table could have code run as the owner of a function, or
 * as the superuser who removes a row. Until the transaction ends none is attached.
 */
const REFUSE_TRIGGERS = `
    LOCK TABLE ONLY lenkwerk_kv.acknowledgement IN ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                WHERE t.tgrelid = 'lenkwerk_kv.acknowledgement'::pg_catalog.regclass) THEN
      RAISE insufficient_privilege USING
        MESSAGE = 'a trigger on lenkwerk_kv.acknowledgement would run with rights of others',
        HINT = 'drop the trigger';
    END IF;`;

/**
 * What nodes report, without a revision. They may execute `acknowledge`, which writes with the
 * rights of its owner, and have no right on the table. A row is that of the login that wrote it
 * first, until an agent removes it. A store of a former version, and one whose agent may not create
 * tables, has none of this.
 */
export const ACKNOWLEDGEMENTS = `
  CREATE TABLE lenkwerk_kv.acknowledgement (
    key bytea PRIMARY KEY CHECK (pg_catalog.length(key) <= ${MAX_KEY_BYTES}),
    value bytea NOT NULL CHECK (pg_catalog.length(value) <= ${MAX_ACKNOWLEDGEMENT_BYTES}),
    writer name NOT NULL
  );
  CREATE FUNCTION lenkwerk_kv.acknowledge(in_key bytea, in_value bytea) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $body$
  BEGIN${REFUSE_TRIGGERS}
    INSERT INTO lenkwerk_kv.acknowledgement AS a (key, value, writer)
      VALUES (in_key, in_value, session_user)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE a.writer = session_user;
    IF NOT FOUND THEN
      RAISE insufficient_privilege USING
        MESSAGE = 'another login acknowledges under this name',
        HINT = 'give each node a name of its own; agents remove what nodes that are gone reported';
    END IF;
  END
  $body$;
  CREATE FUNCTION lenkwerk_kv.forget_acknowledgement(in_key bytea) RETURNS void
  LANGUAGE plpgsql SET search_path = '' AS $body$
  BEGIN${REFUSE_TRIGGERS}
    DELETE FROM lenkwerk_kv.acknowledgement AS a WHERE a.key = in_key;
  END
  $body$;
  REVOKE ALL ON FUNCTION lenkwerk_kv.acknowledge(bytea, bytea) FROM PUBLIC;
`;
