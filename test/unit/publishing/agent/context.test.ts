import { expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import {
  agentSetup,
  otherOwner,
  requireAcceptance,
  requirePublicationName,
  requireSlotName,
} from '../../../../src/publishing/agent/context.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import { silentLogger } from '../../../../src/runtime/logger.js';

/** Is not asked. */
const database = postgresSource(connectionSettings({ url: 'postgres://u@127.0.0.1:1/d' }, {}));

test.each(['a', 'lw_agent_2', '0'.repeat(63)])('%s is the name of a slot', (name) => {
  expect(() => requireSlotName(name)).not.toThrow();
});

test.each(['', 'Bad Slot', 'lw-agent', 'Lw', 'ä', 'a'.repeat(64), 'a"; DROP', 'a\n'])(
  '%j is none',
  (name) => {
    expect(() => requireSlotName(name)).toThrow('not the name of a replication slot');
  },
);

test.each(['a', 'Ünder the "x", \'y\'', 'ä'.repeat(31)])(
  '%s is the name of a publication',
  (name) => {
    expect(() => requirePublicationName(name)).not.toThrow();
  },
);

test.each(['', 'ä'.repeat(32), 'a\0b'])('%j is none', (name) => {
  expect(() => requirePublicationName(name)).toThrow('not the name of a publication');
});

test.each(['two', 'Two-Ä.b', 'x'.repeat(63)])(
  'the other slot for database %s has a name',
  (name) => {
    const slotOfFirst = { name: 'lw_agent', plugin: 'pgoutput', database: 'first' };
    const slot = otherOwner(slotOfFirst, name)?.hint.split(' ').at(-1) ?? '';
    expect(slot).toMatch(/^lw_agent_/);
    expect(() => requireSlotName(slot)).not.toThrow();
  },
);

test('without other options a target has these', () => {
  const setup = agentSetup({ database, logger: silentLogger }, 'eu', '/eu');
  expect(setup).toMatchObject({
    slot: 'lw_agent_eu',
    publication: 'bagger_lw_storage',
    target: 'eu',
  });
  expect(setup.keySpace.prefix).toBe('/eu');
  expect(setup.knobs).toEqual({
    allowMassDelete: false,
    acceptTimelines: [],
    heal: false,
    idle: { afterMs: 60_000, afterBytes: 16_777_216 },
    statusIntervalMs: 3_000,
    catalogIntervalMs: 5_000,
  });
  expect(agentSetup({ database, logger: silentLogger }, 'default', '').slot).toBe('lw_agent');
});

test('those that are given count', () => {
  const options = { slot: 's', publication: 'p', knobs: { heal: true } };
  const setup = agentSetup({ database, logger: silentLogger, ...options }, 'eu', '');
  expect(setup).toMatchObject({ slot: 's', publication: 'p' });
  expect(setup.knobs).toMatchObject({ heal: true, catalogIntervalMs: 5_000 });
});

test.each(['1:3f2a9c10', '42:00000000'])('%s accepts a timeline', (text) => {
  expect(() => requireAcceptance(text)).not.toThrow();
});

test.each(['', '0:3f2a9c10', '1:3f2a9c1', '1:3F2A9C10', '1:3f2a9c10 ', '3f2a9c10'])(
  '%j accepts none',
  (text) => {
    expect(() => requireAcceptance(text)).toThrow('not a timeline with a checkpoint');
  },
);

test('a slot of another database, or of another plugin, is not ours', () => {
  const slot = { name: 'lw_agent', plugin: 'pgoutput', database: 'own' };
  expect(otherOwner(slot, 'own')).toBeUndefined();
  const physical = { name: 'lw_agent', plugin: undefined, database: undefined };
  expect(otherOwner(physical, 'own')?.message).toBe(
    'slot lw_agent belongs to another database or plugin: plugin none, database none',
  );
  expect(otherOwner({ ...slot, plugin: 'wal2json' }, 'own')?.message).toContain('plugin wal2json');
});
