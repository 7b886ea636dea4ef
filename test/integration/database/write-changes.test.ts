import type { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRecorded } from '../../../src/database/state.js';
import { writeChanges } from '../../../src/database/write-changes.js';
import { type Fixture, lenkwerkDatabase } from '../../support/servers/database-fixture.js';
import { ALWAYS, change, newConfig, newInstance } from '../../support/states/changes.js';

let fixture: Fixture;
let client: Client;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
  client = fixture.client;
});
afterEach(async () => fixture.close());

it('creates, updates and deletes instances', async () => {
  await writeChanges(client, [newInstance('b'), newInstance('a'), newInstance('c')]);
  const instance = { host: 'b', port: 5432, username: 'schaufel', status: 'offline' } as const;
  await writeChanges(client, [
    change({
      kind: 'instance',
      action: 'update',
      before: { id: 1, ...instance },
      after: { id: 1, ...instance, username: 'other', status: 'write-only' },
    }),
    change({
      kind: 'instance',
      action: 'delete',
      before: { id: 3, ...instance, host: 'c' },
      after: null,
    }),
  ]);
  expect((await readRecorded(client)).instances).toEqual([
    { id: 2, host: 'a', port: 5432, username: 'schaufel', status: 0 },
    { id: 1, host: 'b', port: 5432, username: 'other', status: 2 },
  ]);
});

it('creates, expires and moves dimensions', async () => {
  const dimension = (field: string, ordinality: number) => ({ field, ordinality, default: null });
  await writeChanges(client, [
    ...['/a', '/b'].map((field, i) =>
      change({
        kind: 'dimension',
        action: 'create',
        before: null,
        after: { ...dimension(field, i), ...ALWAYS, default: 'd' },
      }),
    ),
  ]);
  await client.query('BEGIN');
  await writeChanges(client, [
    change({
      kind: 'dimension',
      action: 'expire',
      before: { id: 1, ...dimension('/a', 0), ...ALWAYS },
      after: { id: 1, ...dimension('/a', 1), ...ALWAYS, validUntil: '2026-11-23 10:00:00' },
    }),
    change({
      kind: 'dimension',
      action: 'update',
      before: { id: 2, ...dimension('/b', 1), ...ALWAYS },
      after: { id: 2, ...dimension('/b', 0), ...ALWAYS },
    }),
  ]);
  await client.query('COMMIT');
  const base = { default: null, validFrom: '-infinity' };
  expect((await readRecorded(client)).dimensions).toEqual([
    { id: 2, ordinality: 0, field: '/b', ...base, validUntil: 'infinity' },
    { id: 1, ordinality: 1, field: '/a', ...base, validUntil: '2026-11-23 10:00:00' },
  ]);
});

it('creates indexes and fields that refer to them by name, and revives them', async () => {
  const index = { name: 'base_idx', method: 'gin', tablespace: 'pg_default' };
  const field = { index: 'base_idx', ordinality: 0, expression: "data->'a'" };
  const expired = { ...ALWAYS, validUntil: '-infinity' };
  await writeChanges(client, [
    change({
      kind: 'index-field',
      action: 'create',
      before: null,
      after: { ...field, ...expired },
    }),
    change({ kind: 'index', action: 'create', before: null, after: { ...index, ...expired } }),
  ]);
  const before = { id: 1, ...expired };
  await writeChanges(client, [
    change({
      kind: 'index',
      action: 'revive',
      before: { ...index, ...before },
      after: { ...index, ...ALWAYS, id: 1, method: 'btree', tablespace: 'fast' },
    }),
    change({
      kind: 'index-field',
      action: 'revive',
      before: { ...field, ...before },
      after: { ...field, ...ALWAYS, id: 1, expression: "data->'b'" },
    }),
  ]);
  const recorded = await readRecorded(client);
  expect(recorded.indexes).toEqual([
    { id: 1, name: 'base_idx', method: 'btree', tablespace: 'fast', ...ALWAYS },
  ]);
  expect(recorded.indexFields).toEqual([
    { id: 1, indexId: 1, ordinality: 0, expression: "data->'b'", ...ALWAYS },
  ]);
});

it('fails on a name that is too long instead of cutting it', async () => {
  const after = { name: 'n'.repeat(17), method: 'gin', tablespace: 'pg_default', ...ALWAYS };
  const create = change({ kind: 'index', action: 'create', before: null, after });
  await expect(writeChanges(client, [create])).rejects.toMatchObject({
    code: 'database-error',
    cause: { code: '22001' },
  });
});

it('keeps JSON text as it is', async () => {
  const texts = [
    '{ "b": 1.10,\n "b": 12345678901234567890123 }',
    '"ü \\u00fc \\u0000 \\" \\\\ \u{1f600}"',
    '1e400',
    '[]',
  ];
  await writeChanges(
    client,
    texts.map((text, i) => newConfig(`k${i}`, text)),
  );
  expect((await readRecorded(client)).config.map(({ value }) => value)).toEqual(texts);
});

it('adds a generation of the servermap for instances that the same apply creates', async () => {
  const ring = change({
    kind: 'servermap',
    action: 'create',
    before: null,
    after: { algorithm: 'ring', entries: [] },
  });
  await writeChanges(client, [ring, newInstance('b'), newInstance('a')]);
  const { servermap } = await readRecorded(client);
  const a = { id: 2, host: 'a', port: 5432 };
  const b = { id: 1, host: 'b', port: 5432 };
  expect(servermap?.id).toBe(1);
  expect(JSON.parse(servermap?.map ?? '')).toEqual({
    version: 1,
    a_5432: { schaufel: a, copies: [a, b] },
    b_5432: { schaufel: b, copies: [b, a] },
  });
  const after = { algorithm: 'literal', map: '{"version": 1.0}' } as const;
  await writeChanges(client, [
    change({ kind: 'servermap', action: 'update', before: null, after }),
  ]);
  expect((await readRecorded(client)).servermap).toEqual({ id: 2, map: after.map });
});

it('fails when a row is not there any more', async () => {
  const before = { id: 4711, key: 'k', value: '1' };
  const gone = change({ kind: 'config', action: 'delete', before, after: null });
  await expect(writeChanges(client, [gone])).rejects.toMatchObject({
    code: 'database-error',
    message: 'deletions from storage.config: 1 planned, 0 done',
  });
  const field = { index: 'nowhere', ordinality: 0, expression: 'x', ...ALWAYS };
  const orphan = change({ kind: 'index-field', action: 'create', before: null, after: field });
  await expect(writeChanges(client, [orphan])).rejects.toMatchObject({ code: 'database-error' });
});

it('writes more rows than fit into one statement', async () => {
  const changes = Array.from({ length: 20_001 }, (_, i) => newConfig(`key-${i}`, `${i}`));
  await writeChanges(client, changes);
  expect((await readRecorded(client)).config).toHaveLength(changes.length);
});
