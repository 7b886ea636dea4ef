/** Texts of what secrets stand in, behind and between. */
import fc from 'fast-check';

const PARTS = [
  ...['password', 'token', 'auth', 'api_key', 'user', 'value', 'key', 'name', 'Authorization', 'x'],
  ...[
    '=',
    ' = ',
    ': ',
    ':',
    '://',
    '@',
    '/',
    ',',
    ';',
    '&',
    '?',
    ' ',
    '\n',
    '\n  ',
    '- ',
    '|',
    '>',
  ],
  ...[
    '"',
    "'",
    '\\',
    '\\"',
    '{',
    '}',
    '[',
    ']',
    '***',
    'hunter2',
    '80',
    'http',
    'etcd',
    'Bearer ',
    '#',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '-----END',
    'Failing row contains (1, ',
    '\\u0077',
    'null',
    '--',
  ],
];
export const secretTexts = fc
  .array(fc.constantFrom(...PARTS), { maxLength: 25 })
  .map((parts) => parts.join(''));
