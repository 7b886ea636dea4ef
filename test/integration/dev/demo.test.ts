/** `npm run demo`, without the build. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli/console-lines.js';

const ROOT = new URL('../../..', import.meta.url);

test('the demo ends well, and goes to the storage nodes', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
  const [, command = ''] = /^npm run --silent build && (.+)$/.exec(scripts.demo) ?? [];
  const { exitCode, output } = await runProgram('sh', ['-c', command], { cwd: ROOT });
  expect(exitCode, output).toBe(0);
  const [, stopped = ''] = output.split('=== 5. ');
  expect(stopped).toMatch(
    /\nlagging: .*\n {2}1 node behind by .*: storage-02\.example\.com:5432\n.*\nconverged: /s,
  );
  expect(stopped).toMatch(/NO READABLE COPY of 1 of 5 entries: storage-02\.example\.com_5432\n/);
}, 300_000);
