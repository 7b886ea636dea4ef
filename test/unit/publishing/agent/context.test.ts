import { expect, test } from 'vitest';
import {
  otherOwner,
  requirePublicationName,
  requireSlotName,
} from '../../../../src/publishing/agent/context.js';

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
