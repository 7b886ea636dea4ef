import { expect, test } from 'vitest';
import type { NodeReport } from '../../../src/nodes/judge.js';
import { describeGroup, groupNodes } from '../../../src/nodes/words.js';

function refusing(host: string, key: string | undefined, reason: string): NodeReport {
  const name = `${host}_1`;
  const acknowledgement = { name, followerId: host, applied: undefined, toolVersion: '1' };
  return {
    ...{ host, port: 1, name, state: 'refused', target: 'default', lag: undefined },
    acknowledgement: { ...acknowledgement, refusal: { key, reason } },
  };
}

test('nodes that refuse one record are one group, whatever their reasons', () => {
  const nodes = [
    refusing('a', '/Config/x', 'null value'),
    refusing('b', '/Config/x', 'too long'),
    refusing('c', '/Config/y', ''),
    refusing('d', undefined, 'mass delete'),
  ];
  expect(groupNodes(nodes).map(describeGroup)).toEqual([
    '1 node refused what is published (mass delete): d:1',
    '2 nodes refused /Config/x (null value): a:1, b:1',
    '1 node refused /Config/y: c:1',
  ]);
});
