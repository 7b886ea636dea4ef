/** A copy of the work tree, in which mutants live: the tree itself stays as it is. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/house/source-files.js';
import type { Mutant } from './mutants.js';

export class Copy {
  readonly root: string;

  /** Of every file that git knows or would add. */
  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'lenkwerk-mutants-'));
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const paths = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
    for (const path of paths.filter(Boolean)) {
      // One that was deleted, and not committed yet.
      if (!existsSync(join(ROOT, path))) continue;
      cpSync(join(ROOT, path), join(this.root, path));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** Puts the mutant in place of the file while `run` runs. */
  async with<Result>({ path, text }: Mutant, run: () => Promise<Result>): Promise<Result> {
    const file = join(this.root, path);
    const original = readFileSync(file);
    writeFileSync(file, text);
    try {
      return await run();
    } finally {
      // A signal may have removed the copy meanwhile.
      if (existsSync(file)) writeFileSync(file, original);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
