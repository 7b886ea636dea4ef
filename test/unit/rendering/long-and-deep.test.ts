/**
 * Whatever walks foreign text or JSON ends in order, however long or deep that is: patterns with a
 * repeated group and functions that call themselves would run out of stack.
 */
import { describe, expect, test } from 'vitest';
import { decodeManifest } from '../../../src/manifest/decode.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { formatJson, tryParseJson } from '../../../src/model/json.js';
import { recognisePointer } from '../../../src/model/json-pointer.js';
import { escapeJson, printable } from '../../../src/model/text.js';
import { sampleMessages } from '../../../src/planning/expressions/samples.js';
import { vetExpression } from '../../../src/planning/expressions/vet.js';
import { parseDocument } from '../../../src/planning/format/json-document.js';
import { readPlan } from '../../../src/planning/format/read.js';
import { decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { decodeTablePrints } from '../../../src/publishing/records/table-prints.js';
import { harmless } from '../../../src/rendering/harmless.js';
import { entryJson, entryText, type HistoryEntry } from '../../../src/rendering/reports/history.js';

const LENGTH = 16 * 1024 * 1024;
const DEPTH = 6000;

const LONG = {
  letters: 'a'.repeat(LENGTH),
  quotes: `data->'${"''".repeat(LENGTH / 2)}'`,
  steps: `data${"->'a'".repeat(LENGTH / 5)}`,
  'a cast': `(data)::"${'""'.repeat(LENGTH / 2)}"`,
  emoji: 'a: 😀\u200d'.padEnd(LENGTH / 2, '😀\u200d'),
  JSON: `"${'\\u0061'.repeat(LENGTH / 6)}"`,
};

const DEEP = {
  arrays: '['.repeat(DEPTH) + ']'.repeat(DEPTH),
  objects: `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`,
  'many short items': `${'['.repeat(30)}${'1,'.repeat(LENGTH / 16)}1${']'.repeat(30)}`,
};

const WHOLE = { broken: undefined, expected: undefined };

const entryOf = (plan: string): HistoryEntry => ({
  ...{ id: 7n, uuid: '', appliedAt: '', databaseUser: '', author: null, gitCommit: null },
  ...{ ci: plan.length > 64 * 1024 ? null : plan, digest: '', plan, desired: plan },
});

const WALKS: Readonly<Record<string, (text: string) => unknown>> = {
  'harmless with colour': (text) => harmless(text, { color: true, pipeline: true }),
  'harmless without': (text) => harmless(text, { color: false, pipeline: true }),
  printable,
  escapeJson,
  recognisePointer,
  sampleMessages,
  vetExpression,
  'a manifest': (text) => decodeManifest('cluster.yaml', Buffer.from(text)),
  'exact JSON': (text) => {
    const value = tryParseJson(text);
    return value === undefined ? undefined : formatJson(value);
  },
  'a document': (text) => parseDocument(text, 32),
  'a plan': (text) => readPlan(text, 'a.plan'),
  'a checkpoint': decodeCheckpoint,
  'fingerprints of tables': decodeTablePrints,
  'an entry of the log': (text) => entryText(entryOf(text), { chain: WHOLE, color: true }),
  'an entry of the log as JSON': (text) => entryJson(entryOf(text), WHOLE),
};

describe.each(Object.entries(WALKS))('%s', (_, walk) => {
  test.each(Object.entries({ ...LONG, ...DEEP }))('%s', { timeout: 60_000 }, (_name, text) => {
    try {
      walk(text);
    } catch (error) {
      expect(error).toBeInstanceOf(LenkwerkError);
    }
  });
});
