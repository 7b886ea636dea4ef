import { describe, expect, test } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import {
  AbsentNodes,
  NodeAcknowledgements,
} from '../../../../src/publishing/targets/node-acknowledgements.js';
import { SILENT_STORE, scriptedContext } from '../../../support/agents/scripted.js';
import { waitFor } from '../../../support/wait.js';

const DAY = 24;

describe('a node without an instance', () => {
  test('counts from when it was seen first, and anew when its instance was there meanwhile', () => {
    const absent = new AbsentNodes();
    const at = (nowMs: number, ...names: string[]) => absent.longerThan(DAY, names, nowMs);
    expect(at(0, 'a')).toEqual([]);
    expect(at(1, 'a', 'b')).toEqual([]);
    expect(at(23, 'b')).toEqual([]);
    expect(at(24, 'a', 'b')).toEqual([]);
    expect(at(25, 'a', 'b')).toEqual(['b']);
    expect(at(47, 'a')).toEqual([]);
    expect(at(48, 'a')).toEqual(['a']);
  });

  test('is recognised by the record of its instance', () => {
    const keySpace = new KeySpace('/eu');
    for (const [host, node] of [
      ['node-1', 'node-1_5432'],
      ['/run/pg', '/run/pg_5432'],
      ['a/b_1', 'a/b_1_5432'],
    ] as const) {
      expect(keySpace.nodeOfKey(keySpace.recordKey('postgres_instance', [host, '5432']))).toBe(
        node,
      );
    }
  });
});

describe('the agent of a target', () => {
  const failing = () => Promise.reject(new LenkwerkError('store-rejected', 'no right'));

  /** The lines that are logged until the store was asked so often. */
  async function logged(store: Partial<typeof SILENT_STORE>, until: () => boolean) {
    const lines: string[] = [];
    const log = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
    const [debug, info, warn, error] = [log('debug'), log('info'), log('warn'), log('error')];
    const { keySpace, target } = scriptedContext();
    const setup = { keySpace, target, logger: { debug, info, warn, error } };
    const stop = new AbortController();
    const kept = new NodeAcknowledgements(setup, { everyMs: 1, goneMs: 0 }).keep(
      { ...SILENT_STORE, ...store },
      stop.signal,
    );
    await waitFor(until, { what: 'the store to be asked' });
    stop.abort();
    await kept;
    return lines;
  }

  test('warns when its store cannot be prepared, and asks for nothing else', async () => {
    let asked = 0;
    const prepareAcknowledgements = () => {
      asked += 1;
      return failing();
    };
    const lines = await logged({ prepareAcknowledgements }, () => asked > 0);
    expect(lines).toEqual(['warn nodes may not be able to acknowledge']);
  });

  test('notes once that it may not read acknowledgements, and continues', async () => {
    let asked = 0;
    const acknowledgements = () => {
      asked += 1;
      return failing();
    };
    const prepareAcknowledgements = async () => {};
    const lines = await logged({ prepareAcknowledgements, acknowledgements }, () => asked > 5);
    expect(lines).toEqual(['info what nodes acknowledge is not looked at']);
  });

  test('ends at once while its store is silent', async () => {
    let asked = 0;
    const prepareAcknowledgements = () => {
      asked += 1;
      return new Promise<void>(() => {});
    };
    expect(await logged({ prepareAcknowledgements }, () => asked > 0)).toEqual([]);
  });
});
