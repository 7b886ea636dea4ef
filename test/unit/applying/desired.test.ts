/** What loading reports beside the loader: stores of kinds that the agent does not know. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import { lenkwerk } from '../../support/cli/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-desired-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function notesOf(sections: string): Promise<string> {
  const file = join(folder, 'a.yaml');
  writeFileSync(file, `apiVersion: lenkwerk/v1\nkind: Cluster\n${sections}\n`);
  const { exitCode, stderr } = await lenkwerk(['validate', file]);
  expect(exitCode).toBe(0);
  return stderr.replaceAll(file, 'a.yaml');
}

test.each([
  ['etdc', 'did you mean etcd?'],
  ['Etcd', 'did you mean etcd?'],
  ['postgresql', 'did you mean postgres?'],
  ['riak', `it knows ${DRIVERS.map(({ type }) => type).join(', ')}`],
])('kvstore_type %s', async (type, hint) => {
  expect(await notesOf(`config: {kvstore_type: ${type}}`)).toBe(
    `note: a.yaml:3: the agent knows no kvstore_type ${type}; ${hint}\n`,
  );
});

test('a store that the agent knows', async () => {
  expect(await notesOf('config: {kvstore_type: postgres}')).toBe('');
  expect(await notesOf('config: {}')).toBe('');
});

test('the settings of a store may be a host or endpoints', async () => {
  expect(await notesOf('config: {kvstore_config: {host: a}}')).toBe('');
  expect(await notesOf('config: {kvstore_config: {endpoints: ["a:1", "b:2"]}}')).toBe('');
});

test.each([
  ['kvstores: {eu: {type: etcd, config: {host: a, port: x}}}', 'use target "eu": kvstore_config: '],
  ['kvstores: {eu: {type: etcd, config: {port: 1}}}', 'use target "eu": kvstore_config: host is'],
  ['kvstores: {eu: {type: etcd, config: {host: a, prefix: eu}}}', 'use target "eu": kvstore_con'],
  ['kvstores: {eu: {type: etdc, config: {host: a}}}', 'use target "eu": kvstore_type: no such'],
  ['kvstores: {default: {type: etcd, config: {host: a}}}', 'config kvstores names default; kvst'],
  ['kvstore_config: {endpoints: ["a:x"]}', 'the agent cannot use target "default": kvstore_conf'],
])('a store that the agent cannot use: %s', async (config, notice) => {
  const notes = await notesOf(`config:\n  topic: t\n  ${config}`);
  expect(notes).toMatch(/^note: a\.yaml:5: .*\n$/);
  expect(notes).toContain(notice);
});

test('stores whose logins are referred to, or are of no kind that the agent knows', async () => {
  const login =
    '{host: a, tls: true, userEnv: LENKWERK_STORE_USER, passwordEnv: LENKWERK_STORE_PASSWORD}';
  expect(await notesOf(`config: {kvstores: {eu: {type: etcd, config: ${login}}}}`)).toBe('');
  const at = '{host: a, dbname: d, sslmode: verify-full, sslrootcert: /no/such/file}';
  expect(await notesOf(`config: {kvstores: {eu: {type: postgres, config: ${at}}}}`)).toBe('');
  expect(
    await notesOf('config: {kvstore_type: riak, kvstore_config: {endpoints: ["a:x"]}}'),
  ).toMatch(/^note: a\.yaml:3: the agent knows no kvstore_type riak; .*\n$/);
});

test.each([
  ['itneger', 'did you mean integer?'],
  ['bigitn', 'did you mean bigint?'],
])('a type that is nearly one: %s', async (type, hint) => {
  const fields = `fields: [{pointer: /a, type: ${type}}]`;
  expect(await notesOf(`indexes: [{name: i, method: gin, ${fields}}]`)).toContain(hint);
});
