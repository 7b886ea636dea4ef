/** What every command is given, and the words in which verbs declare themselves. */
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { ApplyContext } from '../applying/context/context.js';
import { LenkwerkError } from '../model/errors.js';
import type { Logger, LogLevel } from '../runtime/logger.js';
import type { Progress } from '../runtime/progress.js';
import type { Environment, Terminals } from '../runtime/settings.js';
import type { Exit } from './exit-codes.js';

/** The flags that every command understands. */
export interface GlobalFlags extends Pick<ApplyContext, 'connection' | 'kv'> {
  /** Print one JSON document. */
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
  /** Writes to stdout; false once the reader is gone. */
  readonly writeResult: (text: string) => Promise<boolean>;
  /** Writes to stderr. */
  readonly writeRemark: (text: string) => void;
  /** Asks at the terminal; undefined when there is no answer to be had. */
  readonly ask: (question: string) => Promise<string | undefined>;
}

/** What the use cases need, and what a verb needs to print and ask. */
export interface CommandContext extends ApplyContext, GlobalFlags {
  readonly terminals: Terminals;
  readonly logger: Logger;
  /** Shows what `onStep` is called with; whatever is written here hides its line. */
  readonly progress: Progress;
  /** Whether results are coloured. */
  readonly color: boolean;
  /**
   * Prints a result; false once the reader is gone. With `--json` a command that ends calls
   * this once, with one document.
   */
  readonly print: (text: string) => Promise<boolean>;
  /** Text for the person at the terminal, beside the result. */
  readonly remark: (text: string) => void;
  readonly ask: (question: string) => Promise<string | undefined>;
}

/** Runs a verb; returns how it exits, or the exit code of a program that it ran. */
export type CommandBody = (context: CommandContext) => Promise<Exit | number>;

interface ArgumentSpec {
  /** As help shows it: `<file>`, `[paths...]`. */
  readonly name: string;
  readonly description: string;
  /** The words that it may be. */
  readonly choices?: readonly string[];
  readonly default?: unknown;
  /** Throws InvalidArgumentError. */
  readonly parse?: (text: string) => unknown;
}

export interface OptionSpec extends Omit<ArgumentSpec, 'name'> {
  /** As help shows them: `--out <file>`. */
  readonly flags: string;
  /** The values are collected in a list. */
  readonly repeatable?: boolean;
  /** Left out of help and completion. */
  readonly hidden?: boolean;
}

/** A verb as help and completion show it. */
export interface VerbSpec {
  readonly description: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Command lines. */
  readonly examples: readonly string[];
  /** It works on the declarations of the other verbs, which are loaded with it. */
  readonly needsAllVerbs?: boolean;
}

/** A file in verbs/. It loads what it runs when it runs. */
export interface Verb {
  readonly spec: VerbSpec;
  /** `given`: the arguments, then an object with the options, then commander's command. */
  run(context: CommandContext, ...given: readonly unknown[]): Promise<Exit | number>;
}

// What several verbs declare.

export const PATHS: ArgumentSpec = {
  name: '[paths...]',
  description: 'files or folders of manifests, - for standard input (default: this folder)',
};

export const STORE_TARGET: OptionSpec = {
  flags: '--target <name>',
  description: 'which store to look at',
  default: 'default',
};

/** The part of the changes to plan or apply. */
export const PART: readonly OptionSpec[] = [
  {
    flags: '--only <address>',
    description: 'only this; may be repeated, * stands for anything',
    repeatable: true,
  },
  {
    flags: '--exclude <address>',
    description: 'all but this; may be repeated',
    repeatable: true,
  },
  {
    flags: '--target <address>',
    description: 'the name of --only in former versions',
    hidden: true,
    parse: (address) => {
      throw new LenkwerkError('usage', '--target names a store, not an address', {
        hint: `for addresses the flag is now --only ${address}`,
      });
    },
  },
];

export interface LookFlags {
  /** Which store to look at. */
  readonly target: string;
}

/** `60` or `60s`. */
export function seconds(text: string): number {
  if (/^[1-9]\d{0,4}s?$/.test(text)) return Number(text.replace('s', ''));
  throw new InvalidArgumentError('It is a number of seconds, at least 1.');
}

export function applyId(text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('An apply is named by its number.');
}
