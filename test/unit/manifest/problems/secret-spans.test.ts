/** No problem of a manifest shows a secret, in whatever way the text is broken. */
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../../../src/manifest/problems/diagnostic.js';
import { secretSpans } from '../../../../src/manifest/problems/secret-spans.js';
import { SourceFile } from '../../../../src/manifest/source.js';
import { HEAD, load } from '../../../support/states/manifest-problems.js';
import { growthPerCharacter } from '../../../support/texts/cpu-growth.js';

/** The text with `***` for each secret. */
function visible(text: string): string {
  let shown = '';
  let at = 0;
  for (const { start, end } of secretSpans(text)) {
    shown += `${text.slice(at, start)}***`;
    at = end;
  }
  return shown + text.slice(at);
}

const SECRET = 'hunter2';

describe('what may belong to a secret is hidden', () => {
  test.each([
    'a:\n  password: hunter2\n  b: 1',
    'a:\n  x: &a hunter2\n  password: *a\nb: 1',
    'a:\n  password: *a\n  x: &a hunter2\nb: 1',
    'a:\n  x: &a {y: hunter2}\n  auth:\n    token: *a\nb: 1',
    'a:\n  password: x\n    hunter2\n  b: 1',
    'a:\n  password:\n    hunter2\n  b: 1',
    'a:\n  password: # why\n    hunter2\n  b: 1',
    'a:\n  password: |\n    x\n\n    hunter2\n  b: 1',
    'a:\n  password: >-\n      hunter2\n    hunter2\n  b: 1',
    'a:\n  password: "x\n hunter2"\n  b: 1',
    'a:\n  password: "x\n\n b: hunter2"\n  b: 1',
    "a:\n  password: 'it''s\nb: hunter2'\n  b: 1",
    'a:\n  password: !!str &x "x\n- hunter2"\n  b: 1',
    'a:\n  password:\n    "x\n- hunter2"\n  b: 1',
    'a: {host: h, password: x\n  hunter2, port: 1}\nb: 1',
    'a: {host: h, password:\nhunter2, port: 1}\nb: 1',
    'a: {host: h, password:\n  "hunter2\nb: hunter2", port: 1}\nb: 1',
    'a: {password: {x: "}",\nb: hunter2}}\nb: 1',
    'a:\n  password: [x,\nb: hunter2,\n]\n  b: 1',
    'a:\n  passwords:\n  - password:\n    - hunter2\n    - x\nb: 1',
    'a:\n  password:\n  - hunter2\n  b: 1',
    'a:\n  ? password\n  : hunter2\nb: 1',
    'a:\n  "password"\n  : hunter2\nb: 1',
    'a:\n  password hunter2\n  b: 1',
    'a:\n  password=hunter2\n  b: 1',
    'a:\n  "pass\\u0077ord": hunter2\nb: 1',
    'a:\n  password: "hunter2\n  b2: 1',
    'private_key: |\n-----BEGIN KEY-----\nProc-Type: 4\nhunter2\n-----END KEY-----\nb: 1',
    'k: |\n  -----BEGIN KEY-----\n  hunter2\n  -----END KEY-----\nb: 1',
    'a: etcd://u:hunter2@h\nb: 1',
    'a: "etcd://u:x\\\n  hunter2@h"\nb: 1',
    'a: "etcd://u:x\n  hunter2@h"\nb: 1',
    'a: >-\n  etcd://u:hunter2\n  @h\nb: 1',
    'a: postgres://u:1/hunter2@h\nb: 1',
    'a: postgres://h/d?password=hunter2\nb: 1',
    'a: host=h password=hunter2\nb: 1',
  ])('%j', (text) => {
    expect(visible(text)).not.toContain(SECRET);
    expect(visible(text)).toContain('***');
    expect(text.endsWith('b: 1') ? visible(text) : 'b: 1').toContain('b: 1');
  });

  test.each([
    'author: a\nauthority: b\nkey: c\nkeyspace: d\ntoken_bucket: 5\ntokens: 3\n',
    'primary_key: id\npasswordEnv: LENKWERK_STORE_P\npasswordFile: eu/p\nbypass: 1\ncompass: x\n',
    'endpoints: ["http://a:2379", "https://[::1]:2379/x", http://b:80]\nfile: a@b\n',
    "expression: lower(data->>'token')\n",
    '# this store is elsewhere\na: 1 # and gr\u00f6\u00dfer\n',
    'a:\n  auth: basic\n  b: {token: 5}\n',
  ])('what is none stays: %j', (text) => {
    expect(visible(text)).toBe(text);
  });

  test('the keys after a secret stay', () => {
    const text = 'a:\n  - password: x\n    host: h\n  - b: 1\n';
    expect(visible(text)).toBe('a:\n  - password:***\n    host: h\n  - b: 1\n');
    expect(visible('password:\nhost: "a\n b"\n')).toBe('password:***\nhost: "a\n b"\n');
  });

  test.each([
    ...[
      'password: ',
      'password ',
      '"password',
      'a://b:',
      "'",
      '"',
      '\\',
      '"\\',
      '{',
      '-----BEGIN ',
    ],
    ...['password: {', 'password: "', 'password:\n', 'password: x\n  y', '  \n', 'passwordx'],
    ...[
      'a\\',
      "''",
      'http://a\n',
      '#password\n',
      'x: "password',
      '\u00e9\\',
      '? password\n',
      'a: ',
    ],
    ...[
      '- password',
      'a://@',
      'a://\\\n',
      '&password ',
      ', password',
      'name: password\n',
      "a'",
      '%password\n',
      'a:\n',
    ],
  ])('of %j at a cost in proportion to the length', (part) => {
    expect(growthPerCharacter(part, secretSpans)).toBeLessThan(4);
  });
});

describe('a problem within a secret', () => {
  test.each([
    'config:\n  kvstore_config:\n    password: "x\\q\n     hunter2"',
    'config:\n  kvstore_config:\n    password: {hunter2: 1, hunter2: 2}',
    'config:\n  kvstore_config:\n    password: &hunter2 x',
    'config:\n  kvstore_config:\n    password: !hunter2 x',
    'config:\n  kvstore_config:\n    password: |hunter2\n      x',
    'config:\n  kvstore_config:\n    password: @hunter2',
    'config:\n  kvstore_config:\n    password: *hunter2',
    'config:\n  kvstore_config:\n    password: "\\hunter2"',
    'config:\n  kvstore_config:\n    password: "a"hunter2',
    'config:\n  kvstore_config:\n    password: "a"\n   hunter2',
    'config:\n  kvstore_config: {password: hunter2\n  host, "hunter2',
    'config:\n  kvstore_config:\n    password: a\n  hunter2\n    host: h',
    'config:\n  kvstore_config:\n    endpoints: [etcd://u:hunter2@h, &x y]',
    'config:\n  kvstore_config: {password: hunter2}',
    'config:\n  kafka_password: hunter2',
    'config:\n  kvstore_config: "etcd://u:hunter2 hunter2@h"',
    'config:\n  kvstore_config: etcd://u:x hunter2@h password = hunter2',
    'instances:\n  - {host: "postgres://u:hunter2@h", username: u}',
    'instances:\n  - {host: h, username: u, port: "password=hunter2"}',
    'instances: "password: hunter2"',
    'config:\n  k:\n    ? "pass\\\n       word"\n    : "hunter2\\q"',
    'config:\n  k:\n    "pass\n      word": "hunter2\\q"',
    "config: {a: b, 'pass''word':hunter2, &a}",
    'config: {a: b, \'password\n    \': "hunter2\\q"}',
    'x: &password hunter2\nconfig: *password',
    'config:\n  k:\n    p: &p password\n    *p : "hunter2\\q"',
    'config:\n  k:\n    ! password: "hunter2\\q"',
    'config:\n  k: [password, "hunter2\\q"]',
    'config:\n  k:\n  - password\n  - "hunter2\\q"',
    'config:\n  k:\n    - {key: password, value: "hunter2\\q"}',
    'config:\n  env:\n    - name: KAFKA_PASSWORD\n      value: "hunter2\\q"',
    'config:\n  env:\n    - value: "hunter2\\q"\n      name: KAFKA_PASSWORD',
    'config:\n  a: &b c # password hunter2',
    'config:\n  # the password\n  # hunter2 &\n  a: &b c',
    'config:\n  k:\n    password:\n    # x\n    -\n      hunter2 : &a',
    'config:\n  ? password\n  # hello\n  : "hunter2\\q"',
    'config: {"password" # c\n  : "hunter2\\q"}',
    'config: {password\n\n  : "hunter2\\q"}',
    'config: {a: b, "pass\\u0077ord"\n  : "hunter2\\q"}',
    'config:\n  k: "{\\"password\\": \\"hunter2\\q\\"}"',
    'config:\n  k: "etcd:\\/\\/u:hunter2@h\\q"',
    'config:\n  k: "etcd:\\x2f/u:hunter2@h\\q"',
    'config:\n  k: "etcd://u\\x3ahunter2@h\\q"',
    'config:\n  k: "etcd://u\\\n    :hunter2@h\\q"',
    'config:\n  k: etcd://u\n    :hunter2@h &a: b',
    `config:\n  k: https://${'u'.repeat(201)}:hunter2@h : &a`,
    'config:\n  k: http://[::1]:80,u:hunter2@h : &a',
    `config:\n  ${'k'.repeat(220)}_password: "hunter2\\q"`,
    '%TAG !password! hunter2\n---\n',
    'config:\n  k:\n    password: a\n    - hunter2: &a\n',
    'config:\n  k:\n    password:\n    -----BEGIN X\n    hunter2: &a\n    -----END',
    'config:\n  kvstores: {"https://u:hunter2@h": {}}',
    'config:\n  "password=hunter2": 1',
    'config:\n  passwords: [hunter2, &a b]',
    'config:\n  password\u00a0: "hunter2\\q"',
    'config:\n  kafka_broker: "kafka://u:hunter2@h"',
  ])('neither shows nor quotes it: %j', (section) => {
    const result = load(section.startsWith('%') ? section : HEAD + section);
    expect(result.kind).toBe('problems');
    const shown = result.kind === 'problems' ? formatDiagnostics(result.problems) : '';
    expect(shown).not.toContain(SECRET);
  });

  test('is marked behind its key', () => {
    const text = 'password: hunter2 hunter2\n';
    const file = new SourceFile('a.yaml', text);
    const span = { start: 10, end: 17 };
    const message = 'the key "hunter2" occurs twice';
    expect(formatDiagnostics([file.problem(span, { message, hint: 'quote it: "hunter2"' })])).toBe(
      'a.yaml:1:11: the key ***\n  | password:***\n  |             ^\n  hint: quote it***',
    );
  });
});
