/** The table of kinds, held against the files that other programs read. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addressOf, addressOfRow } from '../../../src/model/address.js';
import { columnsOf, KIND_NAMES, KINDS, ROW_KINDS, SECTIONS } from '../../../src/model/kinds.js';
import { TABLES } from '../../../src/model/resources.js';

const SCHEMA_FOLDER = new URL('../../../schema/', import.meta.url);
const schemaFile = (name: string) => readFileSync(new URL(name, SCHEMA_FOLDER), 'utf8');
const TABLE_FILES = readdirSync(SCHEMA_FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .map(schemaFile)
  .join('\n');
const PLAN_SCHEMA = JSON.parse(schemaFile('plan.schema.json'));
const CLUSTER_SCHEMA = JSON.parse(schemaFile('cluster.schema.json'));

function wordsOf(text: string | undefined, pattern: RegExp): readonly (string | undefined)[] {
  return [...(text ?? '').matchAll(pattern)].map(([, word]) => word);
}

test('the barrier locks the tables in the same order', () => {
  const lock = /LOCK TABLE (.*?) IN SHARE MODE/s.exec(schemaFile('004-lenkwerk.sql'))?.[1];
  expect(wordsOf(lock, /ONLY storage\.(\w+)/g)).toEqual(TABLES);
});

test('the publication has the same tables', () => {
  const list = /published CONSTANT text\[\] := ARRAY\[(.*?)\]/s.exec(
    schemaFile('003-publication.sql'),
  )?.[1];
  expect(wordsOf(list, /'(\w+)'/g)).toEqual(TABLES);
});

test.each(KIND_NAMES)('the table of %s is created with its columns', (kind) => {
  const { table, timed } = KINDS[kind];
  const create = new RegExp(`CREATE TABLE IF NOT EXISTS storage\\.${table} \\((.*?)\\n\\)`, 's');
  const body = create.exec(TABLE_FILES)?.[1];
  const inherited = timed === null ? [] : ['valid_from', 'valid_until'];
  const created = [...wordsOf(body, /^ {4}([a-z_]+) /gm), ...inherited];
  expect(
    columnsOf(kind)
      .map(({ column }) => column)
      .sort(),
  ).toEqual(created.sort());
});

test('plans know the same kinds and sections', () => {
  const { kind } = PLAN_SCHEMA.$defs.change.properties;
  expect([...kind.enum].sort()).toEqual([...KIND_NAMES].sort());
  const { section } = PLAN_SCHEMA.properties.unmanaged.items.properties;
  expect([...section.enum].sort()).toEqual([...SECTIONS].sort());
});

test.each(ROW_KINDS)('a plan has the attributes of %s, in their order', (kind) => {
  const { properties, required } = PLAN_SCHEMA.$defs[kind];
  const attributes = columnsOf(kind).map(({ attribute }) => attribute);
  expect(Object.keys(properties)).toEqual(attributes);
  expect(required).toEqual(attributes.filter((attribute) => attribute !== 'id'));
});

test('manifests have the same sections in the same order', () => {
  const head = ['apiVersion', 'kind', 'cluster'];
  expect(Object.keys(CLUSTER_SCHEMA.properties)).toEqual([...head, ...SECTIONS, 'unmanaged']);
});

test('every kind names columns that it has', () => {
  for (const kind of KIND_NAMES) {
    const { primaryKey, record, columns } = KINDS[kind];
    const names: readonly string[] = columns.map(({ column }) => column);
    expect(names).toEqual(expect.arrayContaining([...primaryKey, ...record.columns]));
  }
});

test('no two kinds share a table or a place among the locks', () => {
  const locks = KIND_NAMES.map((kind) => KINDS[kind].order.lock);
  expect(new Set(locks).size).toBe(KIND_NAMES.length);
  expect(new Set(TABLES).size).toBe(KIND_NAMES.length);
});

test('the attributes of the addresses of rows', () => {
  expect(addressOf('instance', { host: '::1', port: 5432 })).toBe('instance/::1:5432');
  expect(addressOf('dimension', { field: '/a/b' })).toBe('dimension//a/b');
  expect(addressOf('dimension', { field: 'a/b' })).toBe('dimension//a~1b');
  expect(addressOf('index-field', { index: '$& {name}', ordinality: 0 })).toBe(
    'index/$& {name}/field/0',
  );
  expect(addressOf('servermap', {})).toBe('servermap');
  expect(addressOfRow('config', { id: 1, key: 'a', value: '1' })).toBe('config/a');
});
