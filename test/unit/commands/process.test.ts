import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function outcome(child: ChildProcess): Promise<readonly [unknown, string, string]> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('no pipes');
  const [out, err, [code]] = await Promise.all([
    stdout.destroyed ? '' : text(stdout),
    text(stderr),
    once(child, 'exit'),
  ]);
  return [code, out, err];
}

test('--version prints the version of the package', async () => {
  const [code, out, err] = await outcome(start('--version'));
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('a failure sets the exit code and keeps stdout free', async () => {
  const [code, out, err] = await outcome(start('plna'));
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain('Did you mean plan?');
});

test('a reader that closes the pipe is no failure', async () => {
  const child = start('schema', 'plan');
  child.stdout?.destroy();
  const [code, , err] = await outcome(child);
  expect([code, err]).toEqual([0, '']);
});
