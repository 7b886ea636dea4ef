/** Other tools may record an object with a name twice: both values are in the text. */
import { expect, test } from 'vitest';
import { hideRecorded } from '../../../../src/model/secrets/values.js';

test.each([
  ['{"password":"hunter2","password":"***"}'],
  ['{"password":"hunter2","password":null}'],
  ['{"a":"postgres://u:hunter2@h/d","a":1}'],
  ['[{"x":{"token":"hunter2","token":""}}]'],
  ['{"pass\\u0077ord":"x","password":"hunter2"}'],
  ['{"p\\u0061ssword":"hunter2","a":1,"a":2}'],
  ['{"a":1,"a":2,"u":"postgres:\\u002f\\u002fu:hunter2@h/d"}'],
])('no value of %s is shown', (text) => {
  expect(hideRecorded('k', text)).not.toContain('hunter2');
});
