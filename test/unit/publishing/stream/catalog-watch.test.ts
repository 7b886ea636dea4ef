import { beforeEach, expect, test } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import type { SourceSession } from '../../../../src/publishing/source/source-database.js';
import { watchCatalog } from '../../../../src/publishing/stream/catalog-watch.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import {
  SILENT_SESSION,
  scriptedContext,
  scriptedDatabase,
} from '../../../support/agents/scripted.js';

const SHAPES = new Map([['config', 'f'] as const]);
const UNAVAILABLE = new LenkwerkError('database-unavailable', 'it broke');

let stop: AbortController;
let looks: unknown[];
let warnings: unknown[];
let sessions: number;
let closed: number;
let session: SourceSession;
/** Of the publication; in turn, then the last again. */
let answers: (string | LenkwerkError)[];

beforeEach(() => {
  stop = new AbortController();
  [looks, warnings, sessions, closed] = [[], [], 0, 0];
  session = {
    ...SILENT_SESSION,
    readPublication: async () => {
      const [answer = 'same'] = answers.length > 1 ? answers.splice(0, 1) : answers;
      if (answer instanceof LenkwerkError) throw answer;
      return answer;
    },
    readShapes: async () => SHAPES,
    readDeferrable: async () => new Set(['config']),
    close: async () => {
      closed += 1;
    },
  };
  answers = ['same'];
});

/** Until the signal aborts, which it does after so many looks. */
async function watch(looksBefore: number): Promise<void> {
  const database = scriptedDatabase(async () => {
    sessions += 1;
    return session;
  });
  const warn = (_: string, fields: unknown) => warnings.push(fields);
  const context = scriptedContext({ database, logger: { ...silentLogger, warn } });
  const knobs = { ...context.knobs, catalogIntervalMs: 2 };
  const onLook = (look: unknown) => {
    looks.push(look);
    if (looks.length === looksBefore) stop.abort();
  };
  await watchCatalog({ ...context, knobs }, { identity: 'same', onLook, signal: stop.signal });
}

test('it looks again and again over one session', async () => {
  await watch(3);
  expect(looks).toEqual(Array(3).fill({ fingerprints: SHAPES, deferrable: new Set(['config']) }));
  expect([sessions, closed, warnings]).toEqual([1, 1, []]);
});

test('another publication needs a resync', async () => {
  answers = ['same', 'other'];
  await expect(watch(9)).rejects.toMatchObject({
    code: 'resync-required',
    kind: 'publication-changed',
    message: 'the publication was changed',
  });
  expect([looks.length, closed]).toEqual([1, 1]);
});

test('so does one that hides something, with the reason', async () => {
  const cause = new LenkwerkError('database-not-initialised', 'it hides rows');
  answers = [cause];
  const failure = { code: 'resync-required', message: 'it hides rows', cause };
  await expect(watch(9)).rejects.toMatchObject(failure);
});

test('after a failure it looks over another session', async () => {
  answers = [UNAVAILABLE, 'same'];
  await watch(2);
  expect([sessions, closed]).toEqual([2, 2]);
  expect(warnings).toEqual([{ reason: UNAVAILABLE }]);
});

test('it ends while the server is silent', async () => {
  const readShapes = () => {
    stop.abort();
    return new Promise<never>(() => {});
  };
  session = { ...session, readShapes };
  await watch(9);
  expect([looks, warnings, closed]).toEqual([[], [], 1]);
});

test('it does not begin when it is over already', async () => {
  stop.abort();
  await watch(9);
  expect(sessions).toBe(0);
});
