/** Puts an old rule back into a copy of the sources, and lets the simulation run there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { field } from '../scenario.js';
import type { OldRule } from './rules.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOUND = 'test/sim/found';
const COPIED = ['src', 'test/sim', 'test/soak/random.ts', 'package.json', 'tsconfig.json'];

interface Caught {
  /** The seed, or the scenario. */
  readonly where: string;
  /** The promise that it broke. */
  readonly rule: string;
}

/**
 * Calls `work` with the folder of a copy that has the old rule. Throws when the rule cannot be put
 * back any more, since the sources have changed.
 */
async function withOldRule<T>(old: OldRule, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-old-rule-'));
  try {
    for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const { file, from, to } of old.edits) await edit(join(folder, file), from, to);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The first seed from 1 on that breaks a promise of the rule, or its scenario; undefined: none of
 * `seeds` did.
 */
export async function firstCaught(old: OldRule, seeds: number): Promise<Caught | undefined> {
  const { scenario, breaks } = old;
  const tried =
    scenario === undefined ? ['--first', String(seeds)] : ['--scenario', join(FOUND, scenario)];
  const options = [...tried, '--breaks', breaks.join()];
  const last = await withOldRule(old, (folder) => lastOf(folder, options));
  const rule = field(last, 'rule');
  if (typeof rule !== 'string') return undefined;
  return { where: scenario ?? `seed ${field(last, 'seed')}`, rule };
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const parts = before.split(from);
  if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times: ${from}`);
  await writeFile(path, parts.join(to));
}

async function lastOf(folder: string, options: readonly string[]): Promise<unknown> {
  return JSON.parse(lastLine(await simulate(folder, options)));
}

async function simulate(folder: string, options: readonly string[]): Promise<string> {
  const args = ['--import', 'tsx', join(folder, 'test/sim/main.ts'), ...options];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const output = await text(child.stdout);
  await closed;
  return output;
}

function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1) ?? '';
}
