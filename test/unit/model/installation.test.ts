import { expect, test } from 'vitest';
import { namesCluster, THROW_AWAY_PREFIX } from '../../../src/model/installation.js';

const CLUSTER = { database: 'lenkwerk', clusterId: '5494f6e7-0c8b-4d59-b849-02d2d9a57403' };

test.each([
  ['lenkwerk', true],
  ['5494f6e7-0c8b-4d59-b849-02d2d9a57403', true],
  ['5494F6E7-0C8B-4D59-B849-02D2D9A57403', true],
  ['LENKWERK', false],
  ['lenkwerk2', false],
  ['5494f6e7-0c8b-4d59-b849-02d2d9a57404', false],
])('%s: %s', (name, expected) => {
  expect(namesCluster(name, CLUSTER)).toBe(expected);
});

test('any name is that of a throw-away cluster, and only its database that of one without uuid', () => {
  const throwAway = { database: 'x', clusterId: `${THROW_AWAY_PREFIX}0123456789ab` };
  expect(namesCluster('lenkwerk', throwAway)).toBe(true);
  const without = { database: 'x', clusterId: undefined };
  expect([namesCluster('x', without), namesCluster('lenkwerk', without)]).toEqual([true, false]);
});
