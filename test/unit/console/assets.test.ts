import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { SCRIPT, STYLE } from '../../../src/console/assets.js';

test('the style and the script are small', () => {
  expect(gzipSync(STYLE).length + gzipSync(SCRIPT).length).toBeLessThan(10_000);
});
