import { describe, expect, test } from 'vitest';
import {
  fingerprint,
  fingerprintsOf,
} from '../../../../src/publishing/records/published-tables.js';
import { TableShapes } from '../../../../src/publishing/stream/table-shapes.js';

const OLD = [{ name: 'id', typeOid: 23 }];
const NEW = [...OLD, { name: 'note', typeOid: 25 }];
const recorded = (columns: typeof OLD) => new Map([['config' as const, fingerprint(columns)]]);

function shapes(outdated: ReadonlySet<'config'> = new Set()): TableShapes {
  return new TableShapes(recorded(OLD), outdated);
}

describe('the shape of a table', () => {
  test('that the stream shows as it was recorded determines the records', () => {
    const known = shapes();
    expect(known.isReshaped('config', OLD)).toBe(false);
    expect(known.isReadable('config')).toBe(true);
    expect(known.adopt(recorded(OLD))).toBe(false);
  });

  test('that is new determines nothing until the table was read', () => {
    const known = shapes();
    expect(known.isReshaped('config', NEW)).toBe(true);
    expect([...known.outdated]).toEqual(['config']);
    expect(known.isReadable('config')).toBe(false);
    expect(known.adopt(recorded(NEW))).toBe(true);
    expect([...known.outdated]).toEqual([]);
    expect(known.isReadable('config')).toBe(true);
  });

  test('that changes back before the table was read still has to be read', () => {
    const known = shapes();
    known.isReshaped('config', NEW);
    expect(known.isReshaped('config', OLD)).toBe(false);
    expect(known.adopt(recorded(OLD))).toBe(true);
  });

  test('that is new later in the stream is shown in its old form up to there', () => {
    const known = shapes(new Set(['config']));
    expect(known.isReshaped('config', OLD)).toBe(false);
    expect(known.isReadable('config')).toBe(true);
    expect(known.isReshaped('config', NEW)).toBe(true);
    expect(known.isReadable('config')).toBe(false);
  });

  test('that the catalog shows first is shown as in the stream until then', () => {
    const known = shapes();
    known.isReshaped('config', OLD);
    expect(known.see(recorded(NEW))).toBe(true);
    expect(known.see(recorded(NEW))).toBe(false);
    expect(known.isReadable('config')).toBe(true);
    expect([...known.outdated]).toEqual(['config']);
    expect(known.adopt(recorded(NEW))).toBe(true);
    expect(known.see(recorded(NEW))).toBe(false);
  });

  test('that the stream keeps though the table has another leads to a resync', () => {
    const known = shapes();
    known.isReshaped('config', OLD);
    known.adopt(recorded(NEW));
    expect(() => known.isReadable('config')).toThrow('the stream shows other columns');
    expect(known.isReshaped('config', NEW)).toBe(false);
    expect(known.isReadable('config')).toBe(true);
  });

  test('that stays while its contents change asks for a reading, and is shown meanwhile', () => {
    const print = (contents: string) =>
      fingerprintsOf(
        new Map([['config', { schema: 'storage', name: 'config', columns: OLD, contents }]]),
      );
    const known = new TableShapes(print('a'), new Set());
    expect(known.isReshaped('config', OLD)).toBe(false);
    expect(known.see(print('a'))).toBe(false);
    expect(known.see(print('b'))).toBe(true);
    expect(known.isReshaped('config', OLD)).toBe(false);
    expect(known.isReadable('config')).toBe(true);
    expect(known.adopt(print('b'))).toBe(true);
    expect(known.see(print('b'))).toBe(false);
    expect(known.isReadable('config')).toBe(true);
  });
});
