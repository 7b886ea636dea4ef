/** What every command is given, and nothing else of the world. */
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { ConnectionFlags } from '../postgres/connection-settings.js';
import type { Logger, LogLevel } from '../runtime/logger.js';
import type { Progress } from '../runtime/progress.js';
import type { Environment, Terminals } from '../runtime/settings.js';

/** The flags that every command understands. */
export interface GlobalFlags {
  readonly connection: ConnectionFlags;
  /** `--kv URL`; undefined: what the Lenkwerk configuration says. */
  readonly kv: string | undefined;
  readonly json: boolean;
  readonly color: boolean;
  readonly logLevel: LogLevel;
}

/** The process, as far as commands may touch it; cli.ts provides it. */
export interface Host {
  readonly environment: Environment;
  readonly terminals: Terminals;
  readonly version: string;
  /** Aborted when the user or the system asks for an end. */
  readonly signal: AbortSignal;
  readonly stdin: () => Readable;
  /** Writes to stdout; false once nobody reads there any more. */
  readonly writeResult: (text: string) => Promise<boolean>;
  /** Writes to stderr. */
  readonly writeRemark: (text: string) => void;
  /** Asks at the terminal; undefined when there is no answer to be had. */
  readonly ask: (question: string) => Promise<string | undefined>;
}

export interface CommandContext {
  readonly flags: GlobalFlags;
  readonly environment: Environment;
  readonly terminals: Terminals;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly stdin: () => Readable;
  readonly logger: Logger;
  /** Told what is being done, where that may take long. All that is written here hides its line. */
  readonly progress: Progress;
  /** Results are coloured. */
  readonly color: boolean;
  /**
   * Prints a result; false once nobody reads any more. With `--json` a command that ends calls
   * this once, with one document.
   */
  readonly print: (text: string) => Promise<boolean>;
  /** Text for the person at the terminal, beside the result. */
  readonly remark: (text: string) => void;
  readonly ask: (question: string) => Promise<string | undefined>;
}

/** A command that is ready to run. */
/** Returns the exit code: one of EXIT, or that of a program that the command ran. */
export type CommandBody = (context: CommandContext) => Promise<number>;

// What the declarations of verbs share.

/** Told what to run for the verb that was given. */
export type Choose = (body: CommandBody) => void;

export const PATHS = 'files or folders of manifests, - for standard input (default: this folder)';

/** `60` or `60s`. */
export function seconds(text: string): number {
  if (/^[1-9]\d{0,4}s?$/.test(text)) return Number(text.replace('s', ''));
  throw new InvalidArgumentError('It is a number of seconds, at least 1.');
}

export function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  ${command}`).join('\n')}`;
}
