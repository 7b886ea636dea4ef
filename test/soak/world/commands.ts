/** `lenkwerk` as a process, with the logins of a campaign. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from '../../support/cli/built.js';

export const OWNER_LOGIN = 'soak_owner';
export const VERIFY_LOGIN = 'soak_verify';
const TIMEOUT_MS = 90_000;

interface CommandResult {
  /** null: it took too long. */
  readonly exitCode: number | null;
  readonly output: string;
}

export class Commands {
  /** Of the database, as superuser. */
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  get verifierUrl(): string {
    return this.#urlOf(VERIFY_LOGIN);
  }

  /** As a role that may only verify: a superuser does not read what others own. */
  run(...args: readonly string[]): Promise<CommandResult> {
    return runLenkwerk(this.verifierUrl, args);
  }

  /** The first one, with the group roles. */
  initWithRoles(): Promise<void> {
    return init(this.#url, '--roles');
  }

  /** As the owner of the tables: a superuser does not write where others own. */
  init(): Promise<void> {
    return init(this.#urlOf(OWNER_LOGIN));
  }

  #urlOf(login: string): string {
    return Object.assign(new URL(this.#url), { username: login }).href;
  }
}

async function init(url: string, ...flags: readonly string[]): Promise<void> {
  const { exitCode, output } = await runLenkwerk(url, ['init', ...flags]);
  if (exitCode !== 0) throw new Error(`init failed: ${output}`);
}

async function runLenkwerk(url: string, args: readonly string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [CLI, ...args, '--db', url], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode: typeof exitCode === 'number' ? exitCode : null, output };
}
