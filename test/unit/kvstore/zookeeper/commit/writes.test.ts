import { expect, test } from 'vitest';
import {
  type NodeChange,
  neededParents,
  nodeWrites,
} from '../../../../../src/kvstore/zookeeper/commit/writes.js';
import { JuteReader, JuteWriter } from '../../../../../src/kvstore/zookeeper/protocol/jute.js';
import type { Node, Request } from '../../../../../src/kvstore/zookeeper/protocol/requests.js';

const NAMES: Readonly<Record<number, string>> = { 1: 'create', 2: 'delete', 5: 'set' };

/** `create /a`, `set /a null`, `delete /a`. */
function shown({ type, write }: Request<void>): string {
  const out = new JuteWriter();
  write(out);
  const from = new JuteReader(out.finish());
  const path = from.text();
  const isNull = NAMES[type] !== 'delete' && from.buffer() === undefined;
  return `${NAMES[type]} ${path}${isNull ? ' null' : ''}`;
}

function node(children = 0): Node {
  const stat = { createdBy: 1n, changedBy: 1n, version: 3, dataBytes: 0, children };
  return { data: Buffer.from('x'), stat };
}

const added = (path: string): NodeChange => ({ path, node: undefined, data: Buffer.from('y') });
const changed = (path: string): NodeChange => ({ path, node: node(), data: Buffer.from('y') });
const removed = (path: string, children = 0): NodeChange => ({
  ...{ path, node: node(children), data: undefined },
});

const writesOf = (changes: readonly NodeChange[], missing: readonly string[] = []) =>
  nodeWrites(changes, { missing, outdated: [], acl: [] }).map(shown);

test('parents are created before their children, and without data', () => {
  expect(neededParents([added('/a/b/c'), added('/a/b'), changed('/d/e')])).toEqual(['/a']);
  expect(writesOf([added('/a/b/c'), added('/a/b')], ['/a'])).toEqual([
    ...['create /a null', 'create /a/b', 'create /a/b/c'],
  ]);
});

test('what exists is set', () => {
  expect(writesOf([changed('/a/b')])).toEqual(['set /a/b']);
});

test('a node goes after those below it', () => {
  expect(writesOf([removed('/a', 1), removed('/a/b', 1), removed('/a/b/c')])).toEqual([
    ...['delete /a/b/c', 'delete /a/b', 'delete /a'],
  ]);
});

test.each([
  ['it had and keeps', [removed('/a', 2), removed('/a/b')], ['delete /a/b', 'set /a null']],
  ['it gets', [removed('/a'), added('/a/b')], ['create /a/b', 'set /a null']],
  [
    'that are put in place of others',
    [removed('/a', 1), removed('/a/b'), added('/a/c')],
    ['create /a/c', 'delete /a/b', 'set /a null'],
  ],
])('a node with children that %s loses its data alone', (_, changes, expected) => {
  expect(writesOf(changes)).toEqual(expected);
});

test('outdated nodes go at the end', () => {
  const writes = nodeWrites([added('/a')], { missing: [], outdated: ['/j/1', '/j/2'], acl: [] });
  expect(writes.map(shown)).toEqual(['create /a', 'delete /j/1', 'delete /j/2']);
});
