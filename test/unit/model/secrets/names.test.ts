import { expect, test } from 'vitest';
import { isSecretName } from '../../../../src/model/secrets/names.js';

test.each([
  ...[
    'password',
    'PASSWORD',
    'db_password',
    'kafkaPassword',
    'PGPASSWORD',
    'sslpassword',
    'passwd',
  ],
  ...['pwd', 'DB_PWD', 'pass', 'dbpass', 'passphrase', 'password2', 'password_1', 'kafka.password'],
  ...['secret', 'client_secret', 'secretKey', 'secret_access_key', 'credentials', 'credential'],
  ...['token', 'api_token', 'accessToken', 'bearer', 'psk', 'auth', 'authorization', 'proxy-auth'],
  ...['api_key', 'apikey', 'apiKey', 'X-Api-Key', 'private_key', 'privateKey', 'private_key_pem'],
  ...['signing_key', 'encryption-key', 'shared_key'],
])('%s is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  ...[
    'author',
    'authority',
    'authored_by',
    'key',
    'keyspace',
    'primary_key',
    'partition_key',
    'keys',
  ],
  ...[
    'token_bucket',
    'tokens',
    'max_tokens',
    'tokenizer',
    'bypass',
    'compass',
    'passive',
    'passed',
  ],
  ...['passwordEnv', 'passwordFile', 'password_file', 'secretName', 'secrets_dir', 'token_ttl'],
  ...['lowpass', 'secretariat', 'password_required', 'secret_rotation_days', 'delimiter'],
  ...['authMethod', 'auth_type', 'privateKeyPath', 'user', 'host', 'sslkey', 'monkey', 'cwd', ''],
])('%j is not', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('of a very long name the end decides', () => {
  expect(isSecretName(`${'1'.repeat(1_000_000)}_password`)).toBe(true);
  expect(isSecretName(`password${'1'.repeat(1_000_000)}`)).toBe(false);
});
