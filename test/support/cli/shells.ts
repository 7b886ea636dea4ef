/** The shells that completion is tested with, fetched where they are not installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, installOnce } from '../../../src/dev/programs/cache.js';
import { unpackPackages } from '../../../src/dev/programs/debian-packages.js';

const INSTALL_TIMEOUT_MS = 300_000;

/** Runs a script, with `$1` and so on, in a folder; returns the lines of its standard output. */
type RunScript = (folder: string, script: string, ...args: readonly string[]) => readonly string[];

/** How a shell is found and run. */
interface Shell {
  readonly name: string;
  /** That keep it from reading the files of its user. */
  readonly flags: readonly string[];
  /** Debian's packages: the shell, and its dependencies that a system may lack. */
  readonly packages: readonly string[];
  /** The start of a script when the packages are in a folder, not in the system. */
  readonly prelude: (root: string) => string;
}

const FISH: Shell = {
  name: 'fish',
  flags: ['--no-config'],
  packages: ['fish', 'fish-common', 'libpcre2-32-0'],
  prelude: (root) => `set fish_function_path ${root}/usr/share/fish/functions\n`,
};

const ZSH: Shell = {
  name: 'zsh',
  flags: ['-f'],
  packages: ['zsh', 'zsh-common'],
  prelude: (root) => `
    module_path=(${root}/usr/lib/*-linux-gnu/zsh/*(/))
    fpath=(${root}/usr/share/zsh/functions/*(/))\n`,
};

/** undefined: fish is not installed and cannot be fetched. */
export function findFish(): Promise<RunScript | undefined> {
  return findShell(FISH);
}

/** undefined: zsh is not installed and cannot be fetched. */
export function findZsh(): Promise<RunScript | undefined> {
  return findShell(ZSH);
}

async function findShell(shell: Shell): Promise<RunScript | undefined> {
  const isInstalled = spawnSync(shell.name, ['--version']).status === 0;
  const { env } = process;
  if (isInstalled) return runner(shell, { program: shell.name, prelude: '', env });
  const root = join(cacheFolder(env), `${shell.name}-${process.platform}-${process.arch}`);
  try {
    await installOnce(root, (folder) => {
      const tools = { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS };
      return unpackPackages(shell.packages, tools);
    });
  } catch {
    return undefined;
  }
  const names = await readdir(root, { recursive: true });
  const program = names.find((name) => name.endsWith(`bin/${shell.name}`)) ?? '';
  const libraries = names.filter((name) => /^usr\/lib\/[^/]+-linux-gnu$/.test(name));
  const LD_LIBRARY_PATH = libraries.map((name) => join(root, name)).join(':');
  return runner(shell, {
    program: join(root, program),
    prelude: shell.prelude(root),
    env: { ...env, LD_LIBRARY_PATH },
  });
}

function runner(
  { name, flags }: Shell,
  place: { readonly program: string; readonly prelude: string; readonly env: NodeJS.ProcessEnv },
): RunScript {
  const { program, prelude, env } = place;
  // The first word after a script is `$0` in zsh, and an argument in fish.
  const zeroth = name === 'fish' ? [] : [name];
  return (folder, script, ...args) => {
    const words = [...flags, '-c', prelude + script, ...zeroth, ...args];
    const output = execFileSync(program, words, { cwd: folder, env, encoding: 'utf8' });
    return output.split('\n').filter(Boolean);
  };
}
