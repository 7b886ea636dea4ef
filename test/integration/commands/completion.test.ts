/** Completion as the shells do it: bash, whose script is also for zsh, and fish where it is. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lenkwerk } from '../../support/cli/command-line.js';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-completion-'));
  writeFileSync(join(folder, 'cluster.yaml'), '');
  for (const shell of ['bash', 'fish']) {
    const { exitCode, stdout } = await lenkwerk(['completion', shell]);
    expect(exitCode).toBe(0);
    writeFileSync(join(folder, shell), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['lenkwerk pl', ['plan']],
  ['lenkwerk --json pl', ['plan']],
  ['lenkwerk plan --det', ['--detailed-exitcode']],
  ['lenkwerk plan --vers', ['--version']],
  ['lenkwerk plan clu', ['cluster.yaml']],
  ['lenkwerk plan --out clu', ['cluster.yaml']],
  ['lenkwerk apply --allow delete:i', ['delete:instance']],
  ['lenkwerk revert 7 --allow copies:s', ['copies:same-host']],
  ['lenkwerk plan --log-level deb', ['debug']],
  ['lenkwerk completion f', ['fish']],
];

const IN_BASH = `
source ./bash
COMP_WORDS=($1)
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_lenkwerk
printf '%s\\n' "\${COMPREPLY[@]}"`;

test.each(CASES)('bash: %s', (line, expected) => {
  const output = execFileSync('bash', ['-c', IN_BASH, 'bash', line], { cwd: folder });
  expect(output.toString().split('\n').filter(Boolean)).toEqual(expected);
});

const hasFish = spawnSync('fish', ['--version']).status === 0;
test.runIf(hasFish).each(CASES)('fish: %s', (line, expected) => {
  const script = `source ./fish; complete -C ${JSON.stringify(line)}`;
  const output = execFileSync('fish', ['--no-config', '-c', script], { cwd: folder });
  const words = output.toString().split('\n').filter(Boolean);
  expect(words.map((word) => word.split('\t')[0])).toEqual(expected);
});
