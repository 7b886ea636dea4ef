import { describe, expect, test } from 'vitest';
import {
  isPlaceInEnvironment,
  resolveStoreSettings,
  settingsFromConfig,
} from '../../../src/kvstore/resolve-settings.js';
import type { Variables } from '../../../src/kvstore/settings.js';
import { parseJson } from '../../../src/model/json.js';
import { errorOf } from '../../support/error-of.js';

const fromUrl = (text: string, variables: Variables = {}) =>
  resolveStoreSettings({ url: { text, source: 'command-line' }, variables });

const fromDatabase = (config: string, variables: Variables = {}, type = 'etcd') =>
  resolveStoreSettings({ variables, database: { type, config: parseJson(config) } });

describe('the precedence', () => {
  const variables = { ETCDCTL_ENDPOINTS: 'variable' };
  const database = { type: 'etcd', config: parseJson('{"host": "recorded", "prefix": "/eu"}') };

  test.each(['etcd://given', 'postgres://u@given/kv'])('a URL wins: %s', (text) => {
    const url = { text, source: 'command-line' } as const;
    const { description, prefix } = resolveStoreSettings({ url, variables, database });
    expect(description).toContain('given');
    expect(prefix).toBe('');
  });

  test('then a variable that names the place of the store, with the prefix of the database', () => {
    const settings = resolveStoreSettings({ variables, database });
    expect(settings.description).toBe('etcd://variable:2379?prefix=/eu');
    expect(isPlaceInEnvironment(variables)).toBe(true);
  });

  test('then the database', () => {
    const empty = { ETCDCTL_ENDPOINTS: '' };
    const settings = resolveStoreSettings({ variables: empty, database });
    expect(settings.description).toBe('etcd://recorded:2379?prefix=/eu');
    expect(isPlaceInEnvironment(empty)).toBe(false);
  });

  test('no source at all is an error with a hint', () => {
    expect(errorOf(() => resolveStoreSettings({ variables: {} }))).toMatchObject({
      code: 'usage',
      hint: expect.stringMatching(/--kv etcd:.* postgres:.* ETCDCTL_ENDPOINTS.* kvstore_config/),
    });
  });
});

test.each(['http://a', 'localhost:2379', '', 'etcd:/a'])('no driver has the URL "%s"', (url) => {
  const refusal = errorOf(() => fromUrl(url));
  expect(refusal).toMatchObject({ code: 'usage', hint: expect.stringContaining('etcds://') });
});

test('another driver is refused by name, and what is no object', () => {
  expect(() => settingsFromConfig('redis', parseJson('{"host": "a"}'))).toThrow('redis');
  expect(() => settingsFromConfig(parseJson('1'), parseJson('{}'))).toThrow('not a string');
  expect(() => settingsFromConfig('etcd', parseJson('[]'))).toThrow('is not an object');
});

test('a type that is not recorded is etcd', () => {
  expect(settingsFromConfig(undefined, parseJson('{"host": "a"}')).type).toBe('etcd');
});

test('a recorded login is never sent to a store that another source named', async () => {
  const config = '{"host": "a", "user": "u", "password": "hunter2"}';
  const url = { text: 'etcd://b', source: 'command-line' } as const;
  const database = { type: undefined, config: parseJson(config) };
  const elsewhere = [
    fromDatabase(config, { ETCDCTL_ENDPOINTS: 'b' }),
    resolveStoreSettings({ url, variables: {}, database }),
  ];
  for (const settings of elsewhere) expect(JSON.stringify(settings)).not.toContain('hunter2');
  expect(JSON.stringify(fromDatabase(config))).toContain('hunter2');
});
