import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatJson, JsonNumber, type JsonValue, parseJson } from '../../../../src/model/json.js';
import { referenceProblem } from '../../../../src/model/secrets/references.js';
import {
  hideRecorded,
  hideSecrets,
  holdsHidden,
  literalSecrets,
} from '../../../../src/model/secrets/values.js';
import { secretTexts } from '../../../support/texts/secret-texts.js';

describe('literal secrets of a value', () => {
  test.each([
    ['{"host":"a","password":"hunter2"}', [['password']]],
    ['{"eu":{"config":{"password":"hunter2"}}}', [['eu', 'config', 'password']]],
    ['{"endpoints":["etcd://u:hunter2@a"]}', [['endpoints', '0']]],
    ['{"auth":{"passwd":["hunter2"]},"token":5}', [['auth', 'passwd']]],
    ['{"auth":{"basic":"hunter2","user":"u","method":"basic"}}', [['auth', 'basic']]],
    [
      '{"kafka_auth":["joe","hunter2"]}',
      [
        ['kafka_auth', '0'],
        ['kafka_auth', '1'],
      ],
    ],
    [
      '{"passwords":["hunter2"],"kafka_password_prod":"hunter2"}',
      [['passwords'], ['kafka_password_prod']],
    ],
    ['{"env":[{"name":"KAFKA_PASSWORD","value":"hunter2"}]}', [['env', '0', 'value']]],
    ['{"env":[{"value":"hunter2","key":"api_key"}]}', [['env', '0', 'value']]],
    ['{"tls_key":"/etc/key.pem","tls":{"key":"k"},"env":[{"name":"A","value":"b"}]}', []],
    ['{"postgres://u:hunter2@h":1}', [['postgres://u:hunter2@h']]],
    ['{"a":"{\\"pass\\\\u0077ord\\":\\"hunter2\\"}"}', [['a']]],
    ['{"a":"{\\"b\\":\\"{\\\\\\"token\\\\\\":\\\\\\"hunter2\\\\\\"}\\"}"}', [['a']]],
    ['{"a":"x: y\\npassword: >-\\n  my\\n\\n  hunter2\\nb: 1"}', [['a']]],
    ['{"a":"kcat --password hunter2"}', [['a']]],
    ['{"lowpass":3,"band_pass":true,"max_token":512,"max_tokens":9,"api_keys":5,"pass":2}', []],
    ['{"use_password":true,"credentials_required":true,"access_keys":[],"token":7}', []],
    ['{"note":"see a = b; token=5 is a rate","delimiter_token":",","author_auth":"none"}', []],
    ['{"mail":"http://a:80/x@y","me":"https://h:8080/users/@me?x=a@b"}', []],
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

test('hidden values stay hidden, and none is a literal secret or an unknown one any more', () => {
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      secretTexts,
      fc.constantFrom(null, true, new JsonNumber('5'), 'hunter2'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(secretTexts, tie('tree')), { maxLength: 3 }).map((parts) => new Map(parts)),
    ),
  }));
  const check = (key: string, value: JsonValue) => {
    const hidden = hideSecrets(value, key);
    expect(hideSecrets(hidden, key)).toBe(hidden);
    expect(literalSecrets(hidden, key)).toEqual([]);
    const recorded = hideRecorded(key, formatJson(value));
    expect(hideRecorded(key, recorded)).toBe(recorded);
  };
  fc.assert(fc.property(secretTexts, tree, check), { numRuns: 3_000 });
});

test.each([
  ...['{"password":"***"}', '{"a":"postgres://u:***@h"}', '{"a":"x password=*** y"}'],
  ...['{"a":"{\\"password\\":\\"***\\"}"}', '{"env":[{"name":"A_TOKEN","value":"***"}]}'],
  ...['{"auth":{"basic":"***"}}', '{"postgres://u:***@h":1}', '{"a":"token: ***"}'],
])('%s holds what stands for a secret', (text) => {
  expect(holdsHidden(parseJson(text))).toBe(true);
  expect(literalSecrets(parseJson(text))).toEqual([]);
});

test.each(['{"a":"***"}', '{"a":"*** note ***"}', '{"password":"x"}', '{"auth":{"user":"***"}}'])(
  '%s holds none',
  (text) => {
    expect(holdsHidden(parseJson(text))).toBe(false);
  },
);

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
