/** Messages of the replication stream: whole and damaged. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { LenkwerkError } from '../../../src/model/errors.js';
import { EventTranslator } from '../../../src/replication/events.js';
import { TextPgoutputPlugin } from '../../../src/replication/pgoutput-plugin.js';
import { fuzzProperty } from './fuzz-property.js';
import { mutated } from './mutations.js';
import { databaseText } from './records.js';

const RELATION_OID = 0x8000_0001;
const JSON_OID = 114;

type Cell = string | null;

function int(value: number, bytes: 1 | 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function name(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html */
function relationMessage(columns: readonly string[]): Buffer {
  const described = columns.map((column) =>
    Buffer.concat([int(1, 1), name(column), int(JSON_OID, 4), int(0xffff_ffff, 4)]),
  );
  const head = [Buffer.from('R'), int(RELATION_OID, 4), name('storage'), name('config')];
  return Buffer.concat([...head, Buffer.from('f'), int(columns.length, 2), ...described]);
}

function tuple(values: readonly Cell[]): Buffer {
  const cells = values.map((value) => {
    if (value === null) return Buffer.from('n');
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from('t'), int(bytes.length, 4), bytes]);
  });
  return Buffer.concat([int(values.length, 2), ...cells]);
}

function insertMessage(values: readonly Cell[]): Buffer {
  return Buffer.concat([Buffer.from('I'), int(RELATION_OID, 4), Buffer.from('N'), tuple(values)]);
}

function updateMessage(old: readonly Cell[], values: readonly Cell[]): Buffer {
  const rows = [Buffer.from('O'), tuple(old), Buffer.from('N'), tuple(values)];
  return Buffer.concat([Buffer.from('U'), int(RELATION_OID, 4), ...rows]);
}

function deleteMessage(old: readonly Cell[]): Buffer {
  return Buffer.concat([Buffer.from('D'), int(RELATION_OID, 4), Buffer.from('O'), tuple(old)]);
}

function logicalMessage(prefix: string, content: string): Buffer {
  const bytes = Buffer.from(content);
  const head = [Buffer.from('M'), int(1, 1), Buffer.alloc(8, 1), name(prefix)];
  return Buffer.concat([...head, int(bytes.length, 4), bytes]);
}

const TRUNCATE = Buffer.concat([Buffer.from('T'), int(1, 4), int(0, 1), int(RELATION_OID, 4)]);

const column = databaseText.filter((text) => text !== '');
const cell: fc.Arbitrary<Cell> = fc.option(databaseText, { freq: 8 });
const rows = fc.uniqueArray(column, { minLength: 1, maxLength: 6 }).chain((columns) => {
  const values = fc.array(cell, { minLength: columns.length, maxLength: columns.length });
  return fc.tuple(fc.constant(columns), values, values);
});

/** Reads messages one after the other, as one connection does. */
class Reader {
  readonly #plugin = new TextPgoutputPlugin('lenkwerk', async () => {});
  readonly #translator = new EventTranslator();

  /** The event, or undefined where the message is unreadable or does not matter. */
  read(message: Buffer) {
    this.#plugin.parse(message);
    const outcome = this.#plugin.lastOutcome;
    return outcome.kind === 'parsed' ? this.#translator.translate(outcome.message) : undefined;
  }

  isReadable(message: Buffer): boolean {
    this.#plugin.parse(message);
    return this.#plugin.lastOutcome.kind === 'parsed';
  }
}

export const valuesProperty = fuzzProperty(
  'the stream gives the exact values of every row',
  rows,
  ([columns, old, values]) => {
    const reader = new Reader();
    reader.read(relationMessage(columns));
    const inserted = reader.read(insertMessage(values));
    const updated = reader.read(updateMessage(old, values));
    const deleted = reader.read(deleteMessage(old));
    const names = inserted?.kind === 'insert' ? inserted.relation.columns.map((c) => c.name) : [];
    const found = [
      names,
      inserted?.kind === 'insert' ? columns.map((key) => inserted.row[key]) : [],
      updated?.kind === 'update' ? columns.map((key) => updated.row[key]) : [],
      updated?.kind === 'update' ? columns.map((key) => updated.old[key]) : [],
      deleted?.kind === 'delete' ? columns.map((key) => deleted.old[key]) : [],
    ];
    const expected = [columns, values, values, old, old];
    if (!isDeepStrictEqual(found, expected)) throw new Error(JSON.stringify({ found, expected }));
  },
);

export const cutMessageProperty = fuzzProperty(
  'a message that is cut short is unreadable',
  fc.tuple(rows, databaseText, fc.nat()),
  ([[columns, old, values], content, at]) => {
    const changes = [insertMessage(values), updateMessage(old, values), deleteMessage(old)];
    const all = [...changes, relationMessage(columns), TRUNCATE, logicalMessage('l', content)];
    const reader = new Reader();
    for (const message of all) {
      reader.read(relationMessage(columns));
      if (!reader.isReadable(message)) throw new Error('the whole message is unreadable');
      const cut = message.subarray(0, at % message.length);
      if (reader.isReadable(cut)) throw new Error(`readable: ${cut.toString('hex')}`);
    }
  },
);

const SAMPLES = [
  relationMessage(['id', 'key', 'value']),
  insertMessage(['1', 'a', '"b"']),
  updateMessage(['1', 'a', null], ['1', 'b', '']),
  deleteMessage(['1', 'a', '{}']),
  logicalMessage('lenkwerk/barrier', 'nonce'),
  TRUNCATE,
  Buffer.concat([Buffer.from('B'), Buffer.alloc(20, 3)]),
  Buffer.concat([Buffer.from('C'), Buffer.alloc(25, 3)]),
  Buffer.concat([Buffer.from('O'), Buffer.alloc(8, 3), name('origin')]),
  Buffer.concat([Buffer.from('Y'), int(JSON_OID, 4), name('pg_catalog'), name('json')]),
];
const messages = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: mutated(SAMPLES) },
    fc.constantFrom(...SAMPLES),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  ),
  { minLength: 1, maxLength: 6 },
);

export const messageProperty = fuzzProperty(
  'no message leads to an exception of another kind than ours',
  messages,
  (all) => {
    const reader = new Reader();
    for (const message of all) {
      try {
        reader.read(message);
      } catch (error) {
        if (!(error instanceof LenkwerkError)) throw error;
      }
    }
  },
);
