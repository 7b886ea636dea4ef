/** The tables of a PostgreSQL key-value store, in the schema `lenkwerk_kv` (D41). */
import { LenkwerkError } from '../../model/errors.js';
import type { PostgresSession } from './session.js';

/** Goes up when the tables or functions change. */
const VERSION = 2;
/**
 * Held while the tables are created: IF NOT EXISTS does not keep two sessions that create the same
 * table at once from failing.
 */
const LOCK_KEY = 4_993_006_170_216;

/**
 * `position` has one row, whose lock puts the commits in one order: revisions are visible in the
 * order of their numbers, which a sequence does not give. `log` keeps what each revision replaced,
 * so that a past state is the present one with the later revisions undone.
 */
const TABLES = `
  CREATE SCHEMA IF NOT EXISTS lenkwerk_kv;
  CREATE TABLE IF NOT EXISTS lenkwerk_kv.position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL,
    store_id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    revision bigint NOT NULL DEFAULT 1,
    pruned_until bigint NOT NULL DEFAULT 1,
    keep_revisions bigint NOT NULL DEFAULT 100000 CHECK (keep_revisions > 0),
    keep_bytes bigint NOT NULL DEFAULT 268435456 CHECK (keep_bytes > 0)
  ) WITH (fillfactor = 10);
  CREATE TABLE IF NOT EXISTS lenkwerk_kv.current (
    key bytea PRIMARY KEY,
    value bytea NOT NULL,
    mod_revision bigint NOT NULL
  );
  CREATE TABLE IF NOT EXISTS lenkwerk_kv.revision (
    revision bigint PRIMARY KEY,
    written_bytes bigint NOT NULL
  );
  CREATE TABLE IF NOT EXISTS lenkwerk_kv.log (
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
  INSERT INTO lenkwerk_kv.position (version) VALUES (${VERSION}) ON CONFLICT DO NOTHING;
  INSERT INTO lenkwerk_kv.revision VALUES (1, 0) ON CONFLICT DO NOTHING;
`;

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
    next_revision bigint;
    found_revision bigint;
    found_value bytea;
  BEGIN
    SELECT p.revision + 1 INTO STRICT next_revision FROM lenkwerk_kv.position p FOR UPDATE;
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
    INSERT INTO lenkwerk_kv.log (revision, key, value, old_value, old_revision)
      SELECT next_revision, n.key, n.value, c.value, c.mod_revision
      FROM ROWS FROM (pg_catalog.unnest(in_keys), pg_catalog.unnest(in_values)) n (key, value)
      LEFT JOIN lenkwerk_kv.current c ON c.key = n.key
      WHERE n.value IS NOT NULL OR c.key IS NOT NULL;
    DELETE FROM lenkwerk_kv.current c
      USING lenkwerk_kv.log l
      WHERE l.revision = next_revision AND l.value IS NULL AND c.key = l.key;
    INSERT INTO lenkwerk_kv.current AS c (key, value, mod_revision)
      SELECT l.key, l.value, next_revision FROM lenkwerk_kv.log l
      WHERE l.revision = next_revision AND l.value IS NOT NULL
      ON CONFLICT (key) DO UPDATE
        SET value = excluded.value, mod_revision = excluded.mod_revision;
    INSERT INTO lenkwerk_kv.revision (revision, written_bytes)
      SELECT next_revision, r.written_bytes + coalesce((
        SELECT pg_catalog.sum(pg_catalog.length(l.key)
          + coalesce(pg_catalog.length(l.value), 0) + coalesce(pg_catalog.length(l.old_value), 0))
        FROM lenkwerk_kv.log l WHERE l.revision = next_revision), 0)
      FROM lenkwerk_kv.revision r WHERE r.revision = next_revision - 1;
    UPDATE lenkwerk_kv.position SET revision = next_revision;
    PERFORM lenkwerk_kv.prune();
    PERFORM pg_catalog.pg_notify('lenkwerk_kv', '');
    committed := true;
    revision := next_revision;
  END
  $body$;
`;

/**
 * Each commit adds one revision and removes a few old ones, so that no single commit takes long.
 */
const MAX_PRUNED_AT_ONCE = 8;

const PRUNE = `
  CREATE OR REPLACE FUNCTION lenkwerk_kv.prune() RETURNS void
  LANGUAGE plpgsql SET search_path = '' AS $body$
  DECLARE
    place lenkwerk_kv.position;
    bound bigint;
  BEGIN
    SELECT p.* INTO STRICT place FROM lenkwerk_kv.position p;
    SELECT pg_catalog.max(r.revision) INTO bound
      FROM lenkwerk_kv.revision r
      JOIN lenkwerk_kv.revision newest ON newest.revision = place.revision
      WHERE r.revision > place.pruned_until
        AND r.revision <= place.pruned_until + ${MAX_PRUNED_AT_ONCE}
        AND r.revision < place.revision
        AND (r.revision <= place.revision - place.keep_revisions
          OR r.written_bytes <= newest.written_bytes - place.keep_bytes);
    IF bound IS NULL THEN
      RETURN;
    END IF;
    DELETE FROM lenkwerk_kv.log l WHERE l.revision <= bound;
    -- That of the bound itself stays, to count the bytes that follow it.
    DELETE FROM lenkwerk_kv.revision r WHERE r.revision < bound;
    UPDATE lenkwerk_kv.position SET pruned_until = bound;
  END
  $body$;
`;

/** Version 1 compared the revision of the guard alone; its agents refuse the new version. */
const UPGRADE = `
  DROP FUNCTION IF EXISTS lenkwerk_kv.commit_changes(bytea, bigint, bytea[], bytea[]);
  ${COMMIT}
  UPDATE lenkwerk_kv.position SET version = ${VERSION} WHERE version = 1;
`;

const EXISTS = `SELECT pg_catalog.to_regclass('lenkwerk_kv.position') IS NOT NULL,
  pg_catalog.pg_is_in_recovery()`;
const READ_VERSION = 'SELECT version FROM lenkwerk_kv.position';

/**
 * Creates the tables where they are missing, which needs the right to create a schema. Throws
 * `store-rejected` for a standby and for tables that another version created, else as
 * PostgresSession does.
 */
export async function ensureStoreSchema(session: PostgresSession): Promise<void> {
  const what = 'connect to the store';
  const [[exists, isStandby] = []] = await session.run<[boolean, boolean]>({
    what,
    text: EXISTS,
  });
  if (isStandby === true) {
    const hint = 'name the primary: a standby accepts no writes';
    throw new LenkwerkError('store-rejected', `${what}: the server is a standby`, { hint });
  }
  // Statements sent together are one transaction.
  const lock = `SELECT pg_catalog.pg_advisory_xact_lock(${LOCK_KEY});`;
  if (exists !== true) {
    const text = lock + TABLES + PRUNE + COMMIT;
    await session.runAll({ what: 'create the tables of the store', text });
  }
  const readVersion = async () => {
    const [[version] = []] = await session.run<[number]>({ what, text: READ_VERSION });
    return version;
  };
  if ((await readVersion()) === 1) {
    await session.runAll({ what: 'upgrade the tables of the store', text: lock + UPGRADE });
  }
  const version = await readVersion();
  if (version === VERSION) return;
  const message = `the store was created by another version: ${version}, this one knows ${VERSION}`;
  throw new LenkwerkError('store-rejected', message);
}
