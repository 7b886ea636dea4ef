import { expect, test } from 'vitest';
import { instancesNamed } from '../../../../src/planning/instances/named.js';
import { recordedOf } from '../../../support/states/case-recorded.js';

const HOSTS = ['db1', 'db2', 'db3', '::1'].map((host) => ({ host }));
const { instances } = recordedOf({ instances: [...HOSTS, { host: 'db1', port: 5433 }] });

test('a name is one instance, a host every instance on it', () => {
  expect([...instancesNamed(instances, ['db2:5432'])]).toEqual(['db2:5432']);
  expect([...instancesNamed(instances, ['db1', 'db2', 'db1:5433'])]).toEqual([
    'db1:5432',
    'db1:5433',
    'db2:5432',
  ]);
  expect([...instancesNamed(instances, ['DB1.'])]).toEqual(['db1:5432', 'db1:5433']);
  expect([...instancesNamed(instances, ['::1'])]).toEqual(['::1:5432']);
  expect([...instancesNamed(instances, [])]).toEqual([]);
});

test('a pattern is no name: what is not registered is refused, with the nearest name', () => {
  const usage = (message: string, hint: string) =>
    expect.objectContaining({ code: 'usage', message, hint });
  expect(() => instancesNamed(instances, ['db2', 'db1:5431'])).toThrow(
    usage('no instance db1:5431 is registered', 'did you mean db1:5432?'),
  );
  expect(() => instancesNamed(instances, ['db22'])).toThrow(
    usage('no instance db22 is registered', 'did you mean db2?'),
  );
  expect(() => instancesNamed(instances, ['*'])).toThrow(
    usage(
      'no instance * is registered',
      'registered: ::1:5432, db1:5432, db1:5433, db2:5432, db3:5432',
    ),
  );
  expect(() => instancesNamed([], ['a'])).toThrow(
    usage('no instance a is registered', 'registered: none'),
  );
});
