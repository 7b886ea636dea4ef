/** What PostgreSQL makes of a row is, byte for byte, what the agent makes of it in the stream. */
import fc from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConnection } from '../../../../src/postgres/connection.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { createCodec } from '../../../../src/publishing/records/record-codec.js';
import {
  readGenerations,
  readPublishedRelations,
} from '../../../../src/publishing/source/read-tables.js';
import { keyExpression, recordExpression } from '../../../../src/publishing/source/record-sql.js';
import { readRelations, readRows } from '../../../../src/replication/tables.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { databaseText } from '../../../support/fuzz/records.js';

let cluster: Cluster;
let client: Client;
beforeAll(async () => {
  cluster = await createCluster();
  client = await openConnection(cluster.settings, 'test');
});
afterAll(async () => {
  await client.end();
  await cluster.close();
});

const integer = (bits: number) =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }).map(String);
const number = fc.oneof(
  fc.double().map(String),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '-0', '0', '1e300', '1e-300', '1e20', '1.10'),
);
const single = fc.oneof(
  fc.float().map(String),
  fc.constantFrom('NaN', 'Infinity', '1e-40', '16777217', '1e20'),
);
const exact = fc.oneof(integer(64), fc.constantFrom('NaN', 'Infinity', '1.1000', '0.000', '1e40'));
const text = databaseText;
const json = fc
  .tuple(fc.constantFrom('', ' ', '\n\t'), fc.json())
  .map(([space, value]) => `${space}{${space}"a" :${value}, "a":1.10}`)
  .filter((value) => !value.includes('\\u'));
const time = fc
  .date({ min: new Date('0001-01-02'), max: new Date('9999-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const times = fc.oneof(
  time,
  fc.constantFrom('infinity', '-infinity', '2026-01-02 03:04:05.123456'),
);
const short = (length: number) => text.map((value) => [...value].slice(0, length).join(''));

/** The type of a column, and the texts that PostgreSQL reads as its values. */
const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  smallint: integer(16),
  integer: integer(32),
  bigint: integer(64),
  boolean: fc.constantFrom('t', 'f'),
  numeric: exact,
  'numeric(30, 4)': fc.oneof(integer(32), fc.constant('NaN')),
  real: single,
  'double precision': number,
  text,
  varchar: text,
  // Its blanks at the end are a part of the value, which a cast to text would take off.
  'character(5)': short(5),
  '"char"': fc.constantFrom('a', '"', '\\', ''),
  name: short(10),
  json,
  jsonb: json,
  timestamp: times,
  timestamptz: times,
  date: times,
  time: fc.constantFrom('01:02:03', '23:59:59.999999'),
  interval: fc.constantFrom('1 year 2 days', '-3 hours', '1.5 seconds', '-1 mon +2 days'),
  uuid: fc.uuid(),
  bytea: fc.uint8Array().map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  // A cast to text would add the length of the mask.
  inet: fc.constantFrom('10.0.0.1', '10.0.0.1/8', '::1'),
  cidr: fc.constantFrom('10.0.0.0/8', '::/0'),
  money: fc.constantFrom('1.50', '-1234567.89'),
  oid: fc.constantFrom('0', '4294967295'),
  'bit varying': fc.constantFrom('', '0101'),
  point: fc.constantFrom('(1,2)', '(0.1,-1e300)'),
  int4range: fc.constantFrom('[1,5]', 'empty', '(,3)'),
  'text[]': fc.array(fc.option(text)).map(arrayText),
  tsvector: fc.constantFrom(`'a':1 'b c':2`, `'it''s'`),
  'shapes.kind': fc.constantFrom('plain', 'it"s \\ a\nlabel'),
  'shapes.yes_or_no': fc.constantFrom('t', 'f'),
  'shapes.small_number': integer(16),
  'shapes.pair': fc.constantFrom('(,)', '(1,)', '(2,"a ""b"" \\\\ c")'),
};

function arrayText(values: readonly (string | null)[]): string {
  const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;
}

const TYPES_OF_OUR_OWN = `
  CREATE SCHEMA shapes;
  CREATE TYPE shapes.kind AS ENUM ('plain', E'it"s \\\\ a\\nlabel');
  CREATE TYPE shapes.pair AS (a integer, b text);
  CREATE DOMAIN shapes.yes_or_no AS boolean;
  CREATE DOMAIN shapes.small_number AS smallint`;

const ROWS = 4;
const rowsOf = <Value>(value: fc.Arbitrary<Value>) =>
  fc.array(value, { minLength: ROWS, maxLength: ROWS });
const columnName = fc
  .oneof(
    fc.constantFrom('a"b', "it's", 'back\\slash', 'new\nline', 'Großes', '%s', '$1', 'null'),
    short(12),
  )
  .filter((name) => !['', 'id', 'host', 'port', 'ctid', 'tableoid'].includes(name));
const column = fc.constantFrom(...Object.entries(TYPES)).chain(([type, values]) =>
  fc.record({
    name: columnName,
    type: fc.constant(type),
    values: rowsOf(fc.option(values)),
  }),
);
const hosts = fc
  .constantFrom(...(['text', 'character(5)', 'inet'] as const))
  .chain((type) => fc.tuple(fc.constant(type), rowsOf(TYPES[type] ?? text)));
const table = fc.record({
  prefix: fc.constantFrom('', '/eu', "/it's\\"),
  hosts,
  columns: fc.uniqueArray(column, { minLength: 1, maxLength: 8, selector: ({ name }) => name }),
});
type Table = typeof table extends fc.Arbitrary<infer Value> ? Value : never;

const NAME = 'postgres_instance';

async function createTable({ hosts: [hostType, hosts], columns }: Table): Promise<void> {
  const others = columns.map(({ name, type }) => `, ${client.escapeIdentifier(name)} ${type}`);
  await client.query(`DROP TABLE IF EXISTS shapes.${NAME}`);
  await client.query(
    `CREATE TABLE shapes.${NAME} (id bigint, host ${hostType}, port integer${others.join('')})`,
  );
  const parameters = Array.from({ length: columns.length + 3 }, (_, i) => `$${i + 1}`).join(', ');
  for (let row = 0; row < ROWS; row += 1) {
    const values = columns.map(({ values }) => values[row]);
    await client.query(`INSERT INTO shapes.${NAME} VALUES (${parameters})`, [
      row,
      hosts[row],
      5432 + row,
      ...values,
    ]);
  }
}

test('keys and records are the same for every type, name and value', async () => {
  await client.query(TYPES_OF_OUR_OWN);
  await fc.assert(
    fc.asyncProperty(table, async (shape) => {
      await createTable(shape);
      const found = (await readRelations(client, 'shapes', [NAME])).get(NAME);
      if (found === undefined) throw new Error('the table was not found');
      const { relation } = found;
      const keySpace = new KeySpace(shape.prefix);
      const codec = createCodec(NAME, relation.columns, keySpace);
      const names = relation.columns.map(({ name }) => client.escapeIdentifier(name));
      const streamed = await readRows(client, relation, { expressions: names });
      const expressions = [
        keyExpression(client, NAME, keySpace),
        recordExpression(client, relation.columns),
      ];
      expect(await readRows(client, relation, { expressions })).toEqual(
        streamed.map((values) => [codec.key(values), codec.encode(values)]),
      );
    }),
    { numRuns: 150 },
  );
});

test('the newest generations come first, by number and not by text', async () => {
  await client.query('DELETE FROM storage.servermap');
  await client.query(
    `INSERT INTO storage.servermap (id, server_map) SELECT n, '{}' FROM generate_series(1, 20) AS n`,
  );
  const { records, complete } = await readGenerations(client, await readPublishedRelations(client));
  expect([...records.keys()]).toEqual(Array.from({ length: 16 }, (_, i) => BigInt(20 - i)));
  expect(complete).toBe(false);
});
