/** Secrets in texts of all kinds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../../../src/model/secrets/redact.js';
import { growthPerCharacter } from '../../../support/texts/cpu-growth.js';
import { secretTexts } from '../../../support/texts/secret-texts.js';

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
    `https://oauth2accesstoken:${'hunter2'.repeat(100)}@h`,
    `https://${'u'.repeat(1000)}:hunter2@h`,
    'etcd://u:my hunter2@h',
    'https://u:my"hunter2@h',
    'https://u:my/hunter2@h',
    '{"a":"https://u:my\\"hunter2@h"}',
    'https://u:my\u3000hunter2@h',
    'https://u:hunter2@h/x@y',
    'http://[::1]:80,u:hunter2@h',
    '//u:hunter2@h',
    'etcd:\\/\\/u:hunter2@h',
    'token = hunter2',
    'api_key = "my hunter2"',
    'password\t=\thunter2',
    'password: hunter2',
    'x password: "my hunter2"',
    'password:hunter2',
    "{'password': 'my hunter2'}",
    '{password: hunter2}',
    'x password="my hunter2";',
    "x password='it''s hunter2'",
    "x password='it\\'s hunter2'",
    'password=x&hunter2',
    'Authorization: Bearer hunter2',
    "curl -H 'Authorization: Bearer hunter2'",
    'auth_header: Basic hunter2',
    "ALTER ROLE u PASSWORD 'my hunter2'",
    "OPTIONS (user 'u', password 'hunter2')",
    '-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----',
    '{"a":"-----BEGIN PRIVATE KEY-----\\nhunter2',
    '{"pass\\u0077ord":"hunter2"',
    `{"${'k'.repeat(2000)}password":"hunter2"`,
    '{"name":"KAFKA_PASSWORD","value":"hunter2"',
    '{"auth":{"basic":"hunter2"',
    '{"auth":["joe","hunter2"]',
    '{"auth": 1234567, "note":"hunter2'.replace('"note":"', '"password":"'),
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
    'http://h:8080/users/@me',
    'config/kafka_password: *** stands for the recorded secret, but another part differs',
    'a.yaml:3:5: config.db_password: a secret is written out: it would be published',
    'arn:aws:secretsmanager:eu:1:secret:events-x',
    'password authentication failed for user "u"',
    'unexpected token: }',
    'token=5 is a rate, pass=2, max_tokens = 100',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    '{"max_tokens":5,"api_keys":5,"band_pass":true,"token":7}',
  ])('without any stay as they are: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('with an authentication that has parts are printed without the secret one', () => {
    expect(redact('{"auth":{"user":"u","pass":"hunter2"}}')).toBe(
      '{"auth":{"user":"u","pass":"***"}}',
    );
  });

  test.each([
    ...['a', 'a ', 'a://b:', 'a://b:x ', 'a://b:x@', '//u:', 'http://u:1/x@', '@', 'x@y ', ':\\/'],
    ...['"', '"password', "password='", 'password="\\"', '\\', 'x: ', 'pass ', 'aA', '\n', ' '],
    ...['"key":{', '"auth":{', '"token":{', '"token":[', '"password":[\\', '"password":"\\', 'a='],
    ...[
      '"name":"password","value":',
      '"password":"x",',
      'password: |\n  ',
      'password:\n',
      'token: ',
    ],
    ...['password=\\', 'password=\\\\"', 'Failing row contains (1, a, ', '\u00e9', '--password '],
    ...['-----BEGIN PRIVATE KEY-----', 'authorization: bearer ', 'password:   \n', "password: '"],
  ])('of %j cost time in proportion to their length, and stay the same', (part) => {
    for (const content of ['message', 'data'] as const) {
      const shown = redact(part.repeat(1000), content);
      expect(redact(shown, content)).toBe(shown);
      expect(shown).not.toBe('***');
      expect(growthPerCharacter(part, (text) => redact(text, content))).toBeLessThan(4);
    }
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

test('what is hidden stays hidden', () => {
  let hidden = 0;
  const check = (text: string, content: 'message' | 'data') => {
    const shown = redact(text, content);
    expect(redact(shown, content)).toBe(shown);
    if (shown === '***' && text !== '***') hidden += 1;
  };
  fc.assert(fc.property(secretTexts, fc.constantFrom('message', 'data'), check), {
    numRuns: 10_000,
  });
  // Where hiding does not come to an end the whole text is hidden.
  expect(hidden).toBeLessThan(100);
});
