import { expect, test } from 'vitest';
import { nameOfNode } from '../../../../src/following/reporting/node-name.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { errorOf } from '../../../support/error-of.js';

const KEY_SPACE = new KeySpace('/eu');
const RECORDS = new Map([
  ['/eu/PostgresInstance/a/5432', '{"id":1,"host":"a","port":5432}'],
  ['/eu/PostgresInstance/a/5433', '{"id":2,"host":"a","port":5433}'],
  ['/eu/PostgresInstance/b/1', 'no JSON'],
  ['/eu/Config/b', '{"id":1,"host":"b","port":5432}'],
]);

test('it is the instance with the host and the port', () => {
  expect(nameOfNode(RECORDS, KEY_SPACE, { host: 'a', port: 5433 })).toBe('a_5433');
});

test.each([
  ['a', 5434],
  ['b', 5432],
  ['A', 5432],
])('there is no instance %s:%i', (host, port) => {
  const error = errorOf(() => nameOfNode(RECORDS, KEY_SPACE, { host, port }));
  expect(error.code).toBe('usage');
  expect(error.hint).toContain('--name host_port');
});
