/** Holds the allow-list against the catalogs of each supported PostgreSQL. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../src/dev/postgres.js';
import { FUNCTIONS } from '../../../../src/planning/expressions/allowed/functions.js';
import { nameTrouble } from '../../../../src/planning/expressions/allowed/names.js';
import {
  BINARY_OPERATORS,
  CIVIL_TYPES,
  COLLATIONS,
  DICTIONARIES,
  SMALL_TYPES,
} from '../../../../src/planning/expressions/allowed/others.js';
import { functionReason } from '../../../../src/planning/expressions/allowed/refused.js';

describe.each([15, 16, 17, 18])('PostgreSQL %i', (major) => {
  let server: PostgresServer;
  let client: Client;

  beforeAll(async () => {
    server = await startPostgres({ env: process.env, fsync: false, major });
    client = new Client({ connectionString: server.url('postgres') });
    await client.connect();
  }, 120_000);

  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  async function names(sql: string, values: readonly unknown[] = []): Promise<ReadonlySet<string>> {
    const { rows } = await client.query<{ name: string }>(sql, [...values]);
    return new Set(rows.map(({ name }) => name));
  }

  test('each function has an immutable form of that many arguments, which returns no set', async () => {
    const builtin = await names(`
    SELECT proname || '/' || CASE WHEN provariadic = 0 THEN pronargs::text ELSE 'any' END AS name
    FROM pg_catalog.pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace
      AND provolatile = 'i' AND prokind = 'f' AND NOT proretset AND prosecdef = false`);
    const defaults = await names(`
    SELECT proname || '/' || (pronargs - pronargdefaults + n) AS name
    FROM pg_catalog.pg_proc, generate_series(0, pronargdefaults - 1) AS n
    WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'i' AND NOT proretset`);
    const missing = [...FUNCTIONS].flatMap(([name, signatures]) =>
      signatures
        .map(({ args, repeats }) => `${name}/${repeats ? 'any' : args.length}`)
        .filter((form) => !builtin.has(form) && !defaults.has(form)),
    );
    expect(missing).toEqual([]);
  });

  test('none of the names is also an aggregate, a window function or one that returns sets', async () => {
    const odd = await names(
      `SELECT proname AS name FROM pg_catalog.pg_proc
     WHERE proname = ANY ($1) AND (prokind <> 'f' OR proretset OR provolatile = 'v')`,
      [[...FUNCTIONS.keys()]],
    );
    expect([...odd]).toEqual([]);
  });

  test('each operator exists, and none has a volatile function behind it', async () => {
    const existing = await names(
      `SELECT oprname AS name FROM pg_catalog.pg_operator WHERE oprname = ANY ($1)`,
      [[...BINARY_OPERATORS.keys()]],
    );
    expect([...BINARY_OPERATORS.keys()].filter((name) => !existing.has(name))).toEqual([]);
    const odd = await names(
      `SELECT oprname AS name FROM pg_catalog.pg_operator AS o
     JOIN pg_catalog.pg_proc AS p ON p.oid = o.oprcode
     WHERE oprname = ANY ($1) AND provolatile = 'v'`,
      [[...BINARY_OPERATORS.keys()]],
    );
    expect([...odd]).toEqual([]);
  });

  test('reading each type from text is immutable; of the types of times it is not', async () => {
    const types = await names(
      `SELECT typname AS name FROM pg_catalog.pg_type AS t
     JOIN pg_catalog.pg_proc AS p ON p.oid = t.typinput
     WHERE typnamespace = 'pg_catalog'::regnamespace AND provolatile = 'i' AND typtype = 'b'`,
    );
    expect([...SMALL_TYPES].filter((name) => !types.has(name))).toEqual([]);
    expect([...CIVIL_TYPES].filter((name) => types.has(name))).toEqual([]);
  });

  test('the text search configurations and collations come with PostgreSQL', async () => {
    const configurations = await names(
      `SELECT cfgname AS name FROM pg_catalog.pg_ts_config
     WHERE cfgnamespace = 'pg_catalog'::regnamespace`,
    );
    expect([...DICTIONARIES].filter((name) => !configurations.has(name))).toEqual([]);
    const collations = await names(
      `SELECT collname AS name FROM pg_catalog.pg_collation
     WHERE collnamespace = 'pg_catalog'::regnamespace `,
    );
    expect([...COLLATIONS].filter((name) => !collations.has(name))).toEqual([]);
  });

  test.each(['lower', 'upper', 'initcap'])(
    '%s makes letters at most threefold as long',
    async (name) => {
      const languages = ['C', 'de-x-icu', 'el-x-icu', 'lt-x-icu', 'tr-x-icu'];
      // Many letters a call, as a call of initcap takes long whatever it gets. The newline between
      // them begins a word, and is not one of them.
      const changed = languages.map((language) => {
        return `string_to_array(${name}(text COLLATE "${language}") COLLATE "C", E'\\n')`;
      });
      const { rows } = await client.query<{ most: number }>(
        `WITH texts AS (
           SELECT list, array_to_string(list, E'\\n') AS text
           FROM (SELECT array_agg(chr(c) || accent) AS list
                 FROM generate_series(1, 130000) AS c,
                   unnest(ARRAY['', U&'\\0300', U&'\\0307']) AS accent
                 WHERE c NOT BETWEEN 55296 AND 57343 AND c <> 10
                 GROUP BY c / 1000) AS lists)
         SELECT max(coalesce(octet_length(changed)::float8 / octet_length(letter), 'infinity')) AS most
         FROM (${changed.map((list) => `SELECT list, ${list} AS changed FROM texts`).join(' UNION ALL ')}
              ) AS pairs (list, changed_list), unnest(list, changed_list) AS pair (letter, changed)`,
      );
      expect(rows[0]?.most).toBeGreaterThan(1);
      expect(rows[0]?.most).toBeLessThanOrEqual(3);
    },
  );

  test('what is refused for depending on settings has no immutable form', async () => {
    const builtin = await names(
      `SELECT DISTINCT proname AS name FROM pg_catalog.pg_proc
     WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'i'`,
    );
    const changing = (name: string) => functionReason(name).includes('PostgreSQL refuses it');
    expect(changing('format')).toBe(true);
    expect([...builtin].filter(changing)).toEqual([]);
  });

  test('the words that name no index without quotes are refused as names', async () => {
    const keywords = (codes: string) =>
      names('SELECT word AS name FROM pg_catalog.pg_get_keywords() WHERE catcode = ANY ($1)', [
        codes.split(''),
      ]);
    const free = (word: string) => nameTrouble('name', word) === undefined;
    expect([...(await keywords('RT'))].filter(free)).toEqual([]);
    // PostgreSQL 16 reserves one more.
    const others = [...(await keywords('UC'))].filter((word) => !free(word));
    expect(others.filter((word) => word !== 'system_user')).toEqual([]);
  });
});

test('a function has no reason to be refused and a form that is allowed', () => {
  const unknown = functionReason('unheard_of');
  expect([...FUNCTIONS.keys()].filter((name) => functionReason(name) !== unknown)).toEqual([]);
});
