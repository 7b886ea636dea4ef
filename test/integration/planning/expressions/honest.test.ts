/** What people index, on every supported PostgreSQL: vetted ones work, the reasons are true. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../src/dev/postgres.js';
import { isTimeZone } from '../../../../src/planning/expressions/allowed/zones.js';
import { sampleMessages } from '../../../../src/planning/expressions/samples.js';
import { honestExpressions } from '../../../support/expressions/expression-corpus.js';

const CASES = honestExpressions();
const VETTED = CASES.filter(({ reason }) => reason === undefined);
const IMPOSSIBLE = CASES.filter(({ reason }) => reason?.includes('PostgreSQL refuses it'));

describe.each([15, 16, 17, 18])('PostgreSQL %i', (major) => {
  let server: PostgresServer;
  let client: Client;

  beforeAll(async () => {
    server = await startPostgres({ env: process.env, fsync: false, major });
    client = new Client({ connectionString: server.url('postgres') });
    await client.connect();
    await client.query('CREATE TABLE messages (data jsonb)');
  });

  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  async function failure(text: string, values: readonly unknown[] = []): Promise<string> {
    return await client.query(text, [...values]).then(
      () => 'none',
      (error: { readonly code?: string }) => error.code ?? 'unknown',
    );
  }

  test.each(VETTED)('$expression takes some message', async ({ expression, method }) => {
    const index = `CREATE INDEX tried ON messages USING ${method} ((${expression}))`;
    expect(await failure(index)).toBe('none');
    const outcomes = [];
    const { filled, bare } = sampleMessages(expression);
    for (const message of [...filled, ...bare]) {
      outcomes.push(await failure('INSERT INTO messages VALUES ($1)', [message]));
    }
    await client.query('DROP INDEX tried; TRUNCATE messages');
    expect(outcomes).toContain('none');
  });

  test.each(IMPOSSIBLE)('$expression cannot be indexed at all', async ({ expression }) => {
    const index = `CREATE INDEX tried ON messages ((${expression}))`;
    expect(await failure(index)).toBe('42P17');
  });

  test('every known time zone is the same under any list of abbreviations', async () => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT name FROM pg_catalog.pg_timezone_names',
    );
    const known = rows.map(({ name }) => name).filter(isTimeZone);
    expect(known.length).toBeGreaterThan(400);
    const times = async (abbreviations: string) => {
      await client.query(`SET timezone_abbreviations = '${abbreviations}'`);
      return await client.query(
        `SELECT n, timestamptz '2024-07-01 12:00Z' AT TIME ZONE n AS t
         FROM pg_catalog.unnest($1::text[]) AS n`,
        [[...known, '+02:00', '-11:30', '+14']],
      );
    };
    const [usual, ...others] = [await times('Default'), await times('India')];
    for (const other of [...others, await times('Australia')]) {
      expect(other.rows).toEqual(usual.rows);
    }
  });
});

test.each([
  'AET',
  'EST',
  'CET',
  'IST',
  'Japan',
  'US/Pacific',
  'Europe/Kyiv',
  'posixrules',
  '+0230',
])('%s is no zone that every server knows in the same way', (name) => {
  expect(isTimeZone(name)).toBe(false);
});
