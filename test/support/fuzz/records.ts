/** What stores hold: what is read back is exactly what was written, or nothing. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { MAX_ACKNOWLEDGEMENT_BYTES } from '../../../src/kvstore/acknowledgements.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { formatJson, parseJson } from '../../../src/model/json.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { TABLES } from '../../../src/model/resources.js';
import { printable } from '../../../src/model/text.js';
import {
  type Acknowledgement,
  decodeAcknowledgement,
  encodeAcknowledgement,
} from '../../../src/publishing/records/acknowledgement.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { encodeRecord } from '../../../src/publishing/records/record-codec.js';
import { sealed } from '../../../src/publishing/records/sealed-text.js';
import { fuzzProperty } from './fuzz-property.js';
import { hostileText, mutatedText } from './mutations.js';

/** Values of a text column: any characters but NUL, and no lone surrogates. */
export const databaseText: fc.Arbitrary<string> = fc
  .oneof(fc.string({ unit: 'binary' }), hostileText, fc.constantFrom('', '\\N', '\ufeffa', '"'))
  .map((text) => text.replace(/[\0\p{Cs}]/gu, ''));

const id = fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String);
const keys = fc.oneof(
  fc.tuple(fc.constant('config' as const), fc.tuple(databaseText)),
  fc.tuple(fc.constant('postgres_instance' as const), fc.tuple(databaseText, id)),
  fc.tuple(fc.constantFrom('dimension' as const, 'index' as const), fc.tuple(id)),
  fc.tuple(fc.constant('index_field' as const), fc.tuple(id, id)),
  fc.tuple(fc.constant('servermap' as const), fc.constant([])),
);
const prefixes = fc.constantFrom('', '/eu', '/eu/west', '/Config', '/Index/1');

export const keyProperty = fuzzProperty(
  'a key names its table, and is found under one of the prefixes',
  fc.tuple(prefixes, keys),
  ([prefix, [table, values]]) => {
    const space = new KeySpace(prefix);
    const key = space.recordKey(table, values);
    const covering = space.recordPrefixes.filter((covered) => key.startsWith(covered));
    if (space.tableOfKey(key) === table && covering.length === 1) return;
    throw new Error(`${key} is of ${space.tableOfKey(key)}, below ${covering}`);
  },
);

export const foreignKeyProperty = fuzzProperty(
  'whatever key a store holds, it is of a table or of none, and a checkpoint is of none',
  fc.tuple(prefixes, hostileText),
  ([prefix, text]) => {
    const space = new KeySpace(prefix);
    const table = space.tableOfKey(prefix + text);
    if (table !== undefined && !TABLES.includes(table)) throw new Error(table);
    const found = space.tableOfKey(space.checkpointKey(text));
    if (found !== undefined) throw new Error(`the checkpoint's key is of ${found}`);
  },
);

const OID = { bool: 16, int8: 20, text: 25, json: 114, numeric: 1700 };
const cells = fc.oneof(
  fc.record({ oid: fc.constant(OID.text), text: fc.option(databaseText) }),
  fc.record({ oid: fc.constant(OID.int8), text: fc.bigInt({ max: 10n ** 20n }).map(String) }),
  fc.record({ oid: fc.constant(OID.numeric), text: fc.constantFrom('NaN', '1.10', '-Infinity') }),
  fc.record({ oid: fc.constant(OID.json), text: fc.json().map((text) => ` ${text}`) }),
  fc.record({ oid: fc.constant(OID.bool), text: fc.constantFrom('t', 'f') }),
);
const row = fc.array(fc.tuple(databaseText, cells), { minLength: 1, maxLength: 8 });

export const recordProperty = fuzzProperty(
  'a record is JSON that gives every value of the row back',
  row.map((columns) => [...new Map(columns)]),
  (columns) => {
    const record = encodeRecord(
      columns.map(([name, { oid }]) => ({ name, typeOid: oid })),
      columns.map(([, { text }]) => text),
    );
    const document = parseJson(record);
    if (!(document instanceof Map)) throw new Error(`no object: ${record}`);
    for (const [name, { oid, text }] of columns) {
      const found = document.get(name);
      const shown = found === undefined ? undefined : formatJson(found);
      if (shown !== expected(oid, text)) throw new Error(`${name}: ${shown} for ${text}`);
    }
  },
);

/** The value as compact JSON; numbers keep their digits. */
function expected(oid: number, text: string | null): string {
  if (text === null) return 'null';
  if (oid === OID.json) return formatJson(parseJson(text));
  if (oid === OID.bool) return text === 't' ? 'true' : 'false';
  return oid === OID.text || /[NI]/.test(text) ? JSON.stringify(text) : text;
}

const BASE: Checkpoint = {
  version: 2,
  writeId: 'b1946ac9',
  systemId: '7312345678901234567',
  timeline: 1,
  slot: 'lenkwerk_default',
  cluster: 'd41d8cd9',
  publication: 'sha256:00',
  phase: 'stream',
  lsn: lsnFromBytes(0x16_b374_d848n),
  committedAt: '2026-11-23T10:00:00.000Z',
  part: undefined,
  partOf: undefined,
  barrier: undefined,
  witness: {
    endLsn: lsnFromBytes(0x16_b374_d848n),
    transaction: {
      commitLsn: lsnFromBytes(0x16_b374_d800n),
      xid: 4_294_967_295,
      committedAtUs: 1_790_000_000_000_001n,
    },
  },
  activation: 'a5',
  pending: ['a6', 'a7'],
};
const CHECKPOINTS = [
  BASE,
  { ...BASE, phase: 'snapshot' as const, part: 3, committedAt: undefined },
  { ...BASE, part: 1, partOf: 'repair' as const, pending: [] },
  { ...BASE, barrier: 'ä "nonce"', witness: { endLsn: BASE.lsn, transaction: undefined } },
];
const ENCODED = CHECKPOINTS.map(encodeCheckpoint);

export const checkpointProperty = fuzzProperty(
  'an altered checkpoint is none, and an unaltered one is itself',
  fc.oneof(mutatedText(ENCODED), fc.constantFrom(...ENCODED), hostileText, fc.json()),
  (text) => {
    const decoded = decodeCheckpoint(text);
    const original = CHECKPOINTS[ENCODED.indexOf(text)];
    if (!isDeepStrictEqual(decoded, original)) throw new Error(`read from ${text}`);
  },
);

/** A writer that seals arbitrary content: another version, or a defect. */
export const sealedProperty = fuzzProperty(
  'whatever is sealed is a checkpoint, none, or of an unknown version',
  fc.oneof(mutatedText(ENCODED.map(unsealed)), fc.json(), hostileText),
  (body) => {
    try {
      const decoded = decodeCheckpoint(sealed(body));
      if (decoded !== undefined) encodeCheckpoint(decoded);
    } catch (error) {
      if (!(error instanceof LenkwerkError) || error.code !== 'store-rejected') throw error;
    }
  },
);

const FOLLOWING: Acknowledgement = {
  name: 'node-1_5432',
  followerId: 'f1',
  applied: {
    writeId: 'b1946ac9',
    revision: 2n ** 62n,
    lsn: BASE.lsn,
    appliedAt: '2026-11-27T00:00:00.000Z',
  },
  refusal: undefined,
  toolVersion: '1.0.0',
};
const ACKNOWLEDGEMENTS = [
  FOLLOWING,
  { ...FOLLOWING, refusal: { key: '/Index/1', reason: 'ä "column" is missing' } },
  { ...FOLLOWING, applied: undefined, refusal: { key: undefined, reason: '' } },
];
const REPORTED = ACKNOWLEDGEMENTS.map(encodeAcknowledgement);

export const acknowledgementProperty = fuzzProperty(
  'an altered acknowledgement is none, and an unaltered one is itself',
  fc.oneof(mutatedText(REPORTED), fc.constantFrom(...REPORTED), hostileText, fc.json()),
  (text) => {
    const decoded = decodeAcknowledgement(text);
    const original = ACKNOWLEDGEMENTS[REPORTED.indexOf(text)];
    if (!isDeepStrictEqual(decoded, original)) throw new Error(`read from ${text}`);
  },
);

/** A client of the store that seals what it likes. */
export const reportedProperty = fuzzProperty(
  'whatever a node seals is safe to show, fits, and is read back the same, or is none',
  fc.oneof(
    mutatedText(REPORTED.map(unsealed)),
    fc
      .tuple(hostileText, hostileText, fc.constantFrom('name', 'toolVersion', 'key', 'appliedAt'))
      .map(([reason, text, field]) => {
        const fields = JSON.parse(unsealed(REPORTED[1] ?? ''));
        return JSON.stringify({ ...fields, reason, [field]: text });
      }),
    fc.json(),
  ),
  (body) => {
    const decoded = decodeAcknowledgement(sealed(body));
    if (decoded === undefined) return;
    const { name, followerId, toolVersion, applied, refusal } = decoded;
    const texts = [name, followerId, toolVersion, applied?.writeId, applied?.appliedAt];
    for (const text of [...texts, refusal?.key, refusal?.reason]) {
      if (text !== undefined && printable(text) !== text) throw new Error(`shows ${text}`);
    }
    const again = encodeAcknowledgement(decoded);
    if (Buffer.byteLength(again) > MAX_ACKNOWLEDGEMENT_BYTES) throw new Error(again);
    if (!isDeepStrictEqual(decodeAcknowledgement(again), decoded)) throw new Error(again);
  },
);

function unsealed(text: string): string {
  return `${text.slice(0, text.lastIndexOf(',"seal"'))}}`;
}
