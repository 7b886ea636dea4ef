/** What `validate` passes, a server takes: no apply fails on what a manifest could have shown. */
import { randomBytes, randomInt } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

/** Letters that do not compress: the keys of tables are limited in bytes. */
const letters = (length: number) => randomBytes(length).toString('hex').slice(0, length);
/** The largest characters that are allowed in names, in an order that does not compress. */
const wide = (length: number) =>
  Array.from({ length }, () => String.fromCodePoint(randomInt(0x20000, 0x2a000))).join('');
const NAME = 'n'.repeat(64);
const index = (fields: string, more = '') =>
  `indexes: [{name: nnnnnnnnnnnnnnnn, method: btree, ${more} fields: [${fields}]}]`;
const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, i) => `{${name}: /f${i}}`).join();
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['the longest host', `instances: [{host: ${letters(600)}, username: u}]`],
  ['the longest host in bytes', `instances: [{host: "${wide(600)}", username: u}]`],
  ['a long user', `instances: [{host: h, username: ${letters(100_000)}, port: 65535}]`],
  ['the longest dimension', `dimensions: [{field: ${letters(600)}}]`],
  ['the longest dimension in bytes', `dimensions: [{field: "${wide(600)}"}]`],
  ['a long default', `dimensions: [{field: /a, default: ${letters(100_000)}}]`],
  ['control characters in a default', 'dimensions: [{field: /a, default: "\\n\\x01"}]'],
  ['many dimensions', `dimensions: [${many(40, 'field')}]`],
  ['the longest key', `config: {${letters(600)}: 1}`],
  ['the longest key in bytes', `config: {"${wide(600)}": 1}`],
  ['numbers that no type holds', 'config: {a: 1e999999999, b: -0, c: 1e-999999999, d: 0x1F}'],
  ['a long number', `config: {a: ${'9'.repeat(200_000)}}`],
  ['a long text', `config: {a: ${letters(1_000_000)}}`],
  ['the longest period', 'config: {retain_hrs: "999999999999999999"}'],
  ['the farthest boundary', 'config: {dimensions_hrs_in_future: 99999, production: 1}'],
  ['the largest numbers', 'config: {schaufel_threads: 999999999, connections_per_request: 9}'],
  ['control characters in config', 'config: {a: "\\x01\\x1f\\x7f\\u2028", b: "\\U0010FFFF"}'],
  ['the deepest value', `config: {a: ${nested(30)}}`],
  ['the longest name of an index in bytes', index('{pointer: /a}').replace(/n{16}/, wide(16))],
  ['a tablespace longer than a name', index('{pointer: /a}', `tablespace: ${NAME},`)],
  ['a type longer than a name', index(`{pointer: /a, type: ${NAME}}`)],
  ['no fields', index('')],
  ['as many fields as possible', index(many(32, 'pointer'))],
  ['a long pointer', index(`{pointer: /${letters(8000)}}`)],
  ['quotes in a pointer', index(`{pointer: "/${"'".repeat(500)}"}`)],
])('%s', async (_, section) => {
  const file = work.manifest(section);
  expect(await work.run(['validate', file])).toMatchObject({ exitCode: 0 });
  const allowed = ['--allow', 'expression:unvetted'];
  const applied = await work.run(['apply', file, '--auto-approve', ...allowed]);
  expect(applied.exitCode, applied.stderr.slice(0, 500)).toBe(0);
});

test.each([
  ['a host', `instances: [{host: ${letters(601)}, username: u}]`],
  ['a dimension', `dimensions: [{field: ${letters(601)}}]`],
  ['a key', `config: {${letters(601)}: 1}`],
])('%s that no key of a table could hold is refused at its place', async (_, section) => {
  const { exitCode, stderr } = await work.run(['validate', work.manifest(section)]);
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/cluster\.yaml:3:\d+: .*is longer than 600 characters/);
});
