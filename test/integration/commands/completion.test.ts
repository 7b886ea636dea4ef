/** Completion as the shells do it: in bash, zsh and fish. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lenkwerk } from '../../support/cli/command-line.js';
import { findFish, findZsh } from '../../support/cli/shells.js';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-completion-'));
  writeFileSync(join(folder, 'cluster.yaml'), '');
  for (const shell of ['bash', 'zsh', 'fish']) {
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

// As bashcompinit calls a function of bash; zsh itself leaves out the words that do not match.
const IN_ZSH = `
autoload -U +X compinit && compinit -D -u
source ./zsh
emulate ksh
COMP_WORDS=(\${=1})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_lenkwerk
print -l -- \${(M)COMPREPLY[@]:#\${COMP_WORDS[COMP_CWORD]}*}`;

const zsh = await findZsh();
test.runIf(zsh !== undefined).each(CASES)('zsh: %s', (line, expected) => {
  expect(zsh?.(folder, IN_ZSH, line)).toEqual(expected);
});

const fish = await findFish();
test.runIf(fish !== undefined).each(CASES)('fish: %s', (line, expected) => {
  const words = fish?.(folder, 'source ./fish; complete -C $argv[1]', line);
  expect(words?.map((word) => word.split('\t')[0])).toEqual(expected);
});
