import { expect, test } from 'vitest';
import { desiredFromRecorded } from '../../../src/planning/desired-from-recorded.js';
import { recordedOf } from '../../support/states/case-recorded.js';

const RECORDED = recordedOf({
  instances: [
    { host: 'a', username: 'u' },
    { host: 'b/1', username: 'u' },
  ],
  config: { kept: '1', odd: 'null' },
  indexes: [{ name: 'i', fields: ["data->'a'"] }],
  servermap: 'ring',
});
const NOW = '2026-11-23 10:30:00';

test('what is unmanaged is in no section, and still a part of the ring', () => {
  const unmanaged = ['instance/b/1:5432', 'config/odd', 'index/i'];
  expect(desiredFromRecorded(RECORDED, { now: NOW, unmanaged })).toMatchObject({
    unmanaged,
    instances: [{ host: 'a' }],
    indexes: [],
    config: [{ key: 'kept' }],
    servermap: { algorithm: 'ring' },
  });
});

test('an unmanaged server map is a section less', () => {
  const { servermap, config } = desiredFromRecorded(RECORDED, {
    now: NOW,
    unmanaged: ['servermap'],
  });
  expect(servermap).toBeUndefined();
  expect(config).toHaveLength(2);
});
