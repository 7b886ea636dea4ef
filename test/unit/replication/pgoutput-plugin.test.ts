import { expect, test } from 'vitest';
import { EventTranslator } from '../../../src/replication/events.js';
import { TextPgoutputPlugin } from '../../../src/replication/pgoutput-plugin.js';

const RELATION_OID = [0, 0, 0, 1];

/** storage.config with the one column `key`, of type text. */
const RELATION = Buffer.from([
  ...Buffer.from('R'),
  ...RELATION_OID,
  ...Buffer.from('storage\0config\0f'),
  ...[0, 1, 1],
  ...Buffer.from('key\0'),
  ...[0, 0, 0, 25, 255, 255, 255, 255],
]);

function insertOf(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = [...Buffer.from('I'), ...RELATION_OID, ...Buffer.from('N'), 0, 1];
  return Buffer.from([...head, ...Buffer.from('t'), 0, 0, 0, bytes.length, ...bytes]);
}

test('a value that begins with a byte order mark keeps it', () => {
  const plugin = new TextPgoutputPlugin('lenkwerk', async () => {});
  plugin.parse(RELATION);
  expect(plugin.parse(insertOf('\ufeffa'))).toMatchObject({ new: { key: '\ufeffa' } });
});

test('a TRUNCATE of a relation that the stream did not describe asks for a resync', () => {
  const plugin = new TextPgoutputPlugin('lenkwerk', async () => {});
  const truncate = Buffer.from([...Buffer.from('T'), 0, 0, 0, 1, 0, ...RELATION_OID]);
  const translate = () => new EventTranslator().translate(plugin.parse(truncate));
  expect(translate).toThrow(expect.objectContaining({ code: 'resync-required' }));
});

const VALUE = [...Buffer.from('t'), 0, 0, 0, 1, ...Buffer.from('a')];

/** A change with these tuples, each of one column. */
function changeOf(kind: string, tuples: string, value: readonly number[] = VALUE): Buffer {
  const all = [...tuples].flatMap((tuple) => [...Buffer.from(tuple), 0, 1, ...value]);
  return Buffer.from([...Buffer.from(kind), ...RELATION_OID, ...all]);
}

function outcomeOf(message: Buffer): string {
  const plugin = new TextPgoutputPlugin('lenkwerk', async () => {});
  plugin.parse(RELATION);
  plugin.parse(message);
  return plugin.lastOutcome.kind;
}

test.each(['IN', 'UN', 'UKN', 'UON', 'DK', 'DO'])('%s are the tuples of a change', (letters) => {
  expect(outcomeOf(changeOf(letters.slice(0, 1), letters.slice(1)))).toBe('parsed');
});

test.each(['I', 'IK', 'INN', 'U', 'UK', 'UNN', 'UKON', 'D', 'DN', 'DKO'])(
  '%s are not',
  (letters) => {
    expect(outcomeOf(changeOf(letters.slice(0, 1), letters.slice(1)))).toBe('unreadable');
  },
);

test('a change ends with its last tuple', () => {
  const whole = changeOf('I', 'N');
  expect(outcomeOf(whole.subarray(0, -1))).toBe('unreadable');
  expect(outcomeOf(Buffer.concat([whole, Buffer.from('x')]))).toBe('unreadable');
});

test.each([
  ['n', 'parsed'],
  ['u', 'parsed'],
  ['b', 'unreadable'],
])('a value of the kind %s is %s', (kind, outcome) => {
  const rest = kind === 'b' ? VALUE.slice(1) : [];
  expect(outcomeOf(changeOf('U', 'N', [...Buffer.from(kind), ...rest]))).toBe(outcome);
});
