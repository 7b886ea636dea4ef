import { describe, expect, test } from 'vitest';
import { formatJson, parseJson } from '../../../../src/model/json.js';
import { redact } from '../../../../src/model/secrets/redact.js';
import { referenceProblem } from '../../../../src/model/secrets/references.js';
import {
  hideRecorded,
  hideSecrets,
  holdsHidden,
  literalSecrets,
} from '../../../../src/model/secrets/values.js';

describe('literal secrets of a value', () => {
  test.each([
    ['{"host":"a","password":"hunter2"}', [['password']]],
    ['{"eu":{"config":{"password":"hunter2"}}}', [['eu', 'config', 'password']]],
    ['{"endpoints":["etcd://u:hunter2@a"]}', [['endpoints', '0']]],
    ['{"auth":{"passwd":["hunter2"]},"token":5}', [['auth', 'passwd'], ['token']]],
    ['{"password":{"a":"hunter2"},"api_token":true}', [['password']]],
    ['{"passwordEnv":"LENKWERK_STORE_P","userEnv":"LENKWERK_STORE_USER"}', []],
    ['{"password":"***","key":"/k.pem","secret":null,"passphrase":""}', []],
  ])('%s', (text, expected) => {
    const value = parseJson(text);
    expect(literalSecrets(value)).toEqual(expected);
    const hidden = hideSecrets(value);
    expect(formatJson(hidden)).not.toContain('hunter2');
    expect(literalSecrets(hidden)).toEqual([]);
    expect(hidden === value).toBe(expected.length === 0);
    expect(holdsHidden(parseJson('{"password":"***"}'))).toBe(true);
  });

  test('of recorded keys are hidden; a text without any stays as it is', () => {
    const text = '{ "password": "hunter2" }';
    expect(hideRecorded('kafka_topic', '{ "topic": "a" }')).toBe('{ "topic": "a" }');
    expect(hideRecorded('kafka_topic', text)).toBe('{"password":"***"}');
    expect(hideRecorded('kafka_password', '"hunter2"')).toBe('"***"');
    expect(hideRecorded('kafka_password', 'hunter2')).toBe('***');
    expect(hideRecorded('kafka_broker', '"kafka://u:hunter2@h"')).toBe('"kafka://u:***@h"');
    expect(hideRecorded('kvstore_config', text)).toBe('{"password":"***"}');
    expect(hideRecorded('kvstore_config', '{ "host": "a" }')).toBe('{ "host": "a" }');
    expect(hideRecorded('kvstores', '{"password": "hunter2"')).not.toContain('hunter2');
  });
});

describe('texts', () => {
  test.each([
    'cannot connect to postgres://u:hunter2@h/d',
    'postgres://u:1/hunter2@h/d and more',
    'etcd://u:hunter2#?/@h',
    'host=h password=hunter2 user=u',
    `Failing row contains (3, kvstore_config, {"host": "h", "password": "hunter2"}).`,
    `Failing row contains (3, kvstore_config, {"host": "h", "password": "hunter2...`,
    '{"id":1,"value":{"password":"a\\"hunter2","host":"h"}}',
    '{"db_password" : "hunter2"}',
    '{"password":{"a":"}\\"","b":"hunter2"}}',
    '{"password":["x", "hunter2"]}',
    '{"password": {"a": "hunter2"',
    '{"auth":"u:hunter2"}',
    '{"id":1,"key":"kafka_password","value":"hunter2"}',
    '{"value":"{\\"password\\":\\"a\\\\\\"hunter2\\"}"}',
    'Failing row contains (3, kafka_password, "hunter2").',
    'apiKey=hunter2&x=1',
    'postgres://h/d?password=hunter2&a=b',
  ])('are printed without passwords: %s', (text) => {
    expect(redact(text)).toContain('***');
    expect(redact(text)).not.toContain('hunter2');
  });

  test.each([
    'http://a:2379 and b@c',
    'passwordEnv: LENKWERK_STORE_P',
    '{"passwordFile":"eu/p","auth":"basic","password":null,"author":"a","key":"k","tokens":5}',
    '{"id":1,"key":"kafka_topic","value":"events"}',
    '{"auth":{"method":"cert"}}',
    "token = lower(data->>'a')",
    'Failing row contains (3, kafka_topic, "events").',
  ])('without any stay as they are: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('with an authentication that has parts are printed without the secret one', () => {
    expect(redact('{"auth":{"user":"u","pass":"hunter2"}}')).toBe(
      '{"auth":{"user":"u","pass":"***"}}',
    );
  });

  test.each([
    ...['a', 'a://b:', '"', '"password', "password='", '\\', 'x: ', '"key":{', '"auth":{', 'a='],
    ...['"password":"\\', 'Failing row contains (1, a, '],
  ])('of a megabyte of %j are read in linear time', (part) => {
    const text = part.repeat(1_000_000 / part.length);
    expect(redact(text).length).toBeGreaterThan(0);
  });

  test('stay JSON', () => {
    const text = '{"a":"etcd://u:p@h","password":"x","b":["http://h:1",2]}';
    expect(JSON.parse(redact(text))).toMatchObject({ password: '***', b: ['http://h:1', 2] });
    const url = JSON.stringify({ a: ['postgres://h/d?password=x'], b: '{"token":"x"}' });
    expect(JSON.parse(redact(url))).toEqual({
      a: ['postgres://h/d?password=***'],
      b: '{"token":"***"}',
    });
  });
});

test('references have a form each', () => {
  expect(referenceProblem('passwordEnv', 'LENKWERK_STORE_PASSWORD')).toBeUndefined();
  expect(referenceProblem('passwordFile', 'eu/store.password')).toBeUndefined();
  expect(referenceProblem('host', '../../etc/passwd')).toBeUndefined();
  expect(referenceProblem('passwordEnv', 'HOME')).toContain('LENKWERK_STORE_*');
  expect(referenceProblem('passwordFile', '../../etc/passwd')).toContain('--secrets-dir');
  expect(referenceProblem('passwordFile', ['a'])).toContain('--secrets-dir');
});

test.each(['LENKWERK_STORE_EU_PASSWORD', 'LENKWERK_STORE_', 'LENKWERK_STORE_XUSER', 'USER'])(
  'a user, which is sent and shown as it is, does not come from %s',
  (name) => {
    expect(referenceProblem('userEnv', name)).toMatch(/LENKWERK_STORE_\*_USER/);
    expect(referenceProblem('userEnv', 'LENKWERK_STORE_EU_USER')).toBeUndefined();
  },
);
