import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../../src/model/json.js';
import { isSecret, nameOfPart, secretKind } from '../../../../src/model/secrets/names.js';

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

describe('the name', () => {
  test.each(
    words(`password PASSWORD passwords db_password kafkaPassword kafka_password_prod password_eu
    passwordOld password_hash PGPASSWORD DBPASSWORD sslpassword passwd passphrase passphrase_eu
    pass-word passWord PassWord pass_phrase password2 password_1 kafka.password bypass_password
    pwd DB_PWD mypwd pwd_eu psk tls_psk pskKey secret secrets client_secret secretKey secretkey
    secret_access_key secret_id credentials credential creds kennwort Passwort password_db
    password\u200b pass\u200bword \uff50assword p\u00e4ssword`),
  )('%j is surely that of a secret', (name) => {
    expect(secretKind(name)).toBe('sure');
  });

  test.each(
    words(`token tokens api_token apiTokens accessToken auth_token_v2 refresh_token id_token bearer
    redispass mysqlpw dbpw authkey serverkey passkey
    bearerToken oauth2accesstoken tokenvalue_token pass pass_1 db_pass dbpass userpass api_key
    apikey apiKey APIKEY
    apiKEY API-KEY api.key apiKeys X-Api-Key api_key_v2 private_key privateKey private_key_pem
    privkey priv_key signing_key encryption-key shared_key hmac_key aes_key ssl_key tls_key sslKey
    client_key rsa_key gpg_key license_key account_key AccountKey access_key master_keys ssh_keys`),
  )('%j is that of a secret text', (name) => {
    expect(secretKind(name)).toBe('likely');
  });

  test.each(
    words(`auth kafka_auth proxy-auth x-auth http_auth basicAuth auth_basic auth_string auth_header
    authHeader authorization authorizationHeader oauth jwt`),
  )('%j is that of a login', (name) => {
    expect(secretKind(name)).toBe('login');
  });

  test.each(
    words(`author authority authored_by authorize unauthorized unauth key keys keyspace primary_key
    primaryKeys partition_key foreign_key sort_key shard_keys hotkeys monkey sslkey token_bucket
    max_token max_tokens tokenizer tokenize delimiter_token stop_token start_token token_id
    token_url token_ttl bypass compass surpass trespass encompass passive passed passes passthrough
    pass_through pass_count lowpass lowPass high_pass band_pass bandpass first_pass second_pass
    multi_pass single_pass two_pass underpass overpass passwordEnv passwordFile password_file
    passwordless secretless password_required password_policy password_min_length
    password_encryption
    secretName secretKeyRef secret_rotation_days secrets_dir secrets_enabled secret_count secretary
    secretariat credential_provider credentials_required authMethod auth_type auth_enabled
    enable_auth require_auth auth_user privateKeyPath private_key_file master_key_id
    account_key_count user host delimiter cwd jaas signature session`),
  )('%j is not that of a secret', (name) => {
    expect(secretKind(name)).toBeUndefined();
  });

  test('may be long', () => {
    expect(secretKind(`${'1'.repeat(1_000_000)}_password`)).toBe('sure');
    expect(secretKind(`${'k'.repeat(1_000_000)}_password`)).toBe('sure');
    expect(secretKind(`password_${'k'.repeat(1_000_000)}`)).toBe('sure');
  });
});

describe('the value of', () => {
  test.each([
    ...[
      'password "x"',
      'password 1234',
      'password ["x"]',
      'password {"a":1}',
      'password {"a":["x"]}',
    ],
    ...['token "x"', 'token "123456"', 'tokens {"a":"x"}', 'tokens ["x"]', 'tls_key "MIIE"'],
    ...['auth "u:x"', 'auth 123456', 'auth_header "Basic x"', 'private_key "/9j/4AAQ"'],
  ])('%s is a secret', (field) => {
    const [name = '', text = ''] = field.split(/ (.*)/);
    expect(isSecret(name, parseJson(text))).toBe(true);
  });

  test.each([
    ...['password ""', 'password null', 'password true', 'password []', 'password {"a":true}'],
    ...['token 5', 'token "5"', 'tokens {"max":5}', 'api_keys 5', 'max_tokens "x"', 'token false'],
    ...['auth "basic"', 'auth "scram-sha-256"', 'auth 1', 'auth {"method":"cert"}', 'auth ["x"]'],
    ...['tls_key "/etc/tls/key.pem"', 'private_key "keys/node.key"', 'use_token "yes"'],
  ])('%s is none as a whole', (field) => {
    const [name = '', text = ''] = field.split(/ (.*)/);
    expect(isSecret(name, parseJson(text))).toBe(false);
  });
});

test('a part of a login is one of it, unless its name describes something else', () => {
  expect(nameOfPart('auth', 'basic')).toBe('auth');
  expect(nameOfPart('auth', '')).toBe('auth');
  expect(nameOfPart('auth', 'joe')).toBe('auth');
  expect(nameOfPart('auth', 'user')).toBe('user');
  expect(nameOfPart('auth', 'method')).toBe('method');
  expect(nameOfPart('auth', 'passwd')).toBe('passwd');
  expect(nameOfPart('http', 'basic')).toBe('basic');
});
