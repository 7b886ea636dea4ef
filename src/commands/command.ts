/** The arguments of every command, and the types with which verbs declare themselves. */
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { ApplyContext } from '../applying/context/context.js';
import type { DesiredSource, PartFlags } from '../applying/desired.js';
import { LenkwerkError } from '../model/errors.js';
import { DEFAULT_TARGET } from '../model/installation.js';
import { printable } from '../model/text.js';
import { DANGERS, type Danger } from '../planning/format/generated/dangers.js';
import type { Allowances } from '../rendering/options.js';
import type { Logger, LogLevel } from '../runtime/logger.js';
import type { Progress } from '../runtime/progress.js';
import type { Environment, Terminals } from '../runtime/settings.js';
import type { Exit } from './exit-codes.js';

/** The flags of every command. */
export interface GlobalFlags extends Pick<ApplyContext, 'connection' | 'kv' | 'secretsDir'> {
  /** The project file. */
  readonly projectFile: string | undefined;
  /** The environment of it. */
  readonly env: string | undefined;
  /** Print one JSON document. */
  readonly json: boolean;
  readonly color: boolean;
  readonly logLevel: LogLevel;
}

/** The part of the process that commands use; cli.ts provides it. */
export interface Host {
  readonly environment: Environment;
  readonly terminals: Terminals;
  readonly version: string;
  /** Aborted when the user or the system requests an end. */
  readonly signal: AbortSignal;
  /** From now on the request aborts `signal`; before, it ends the process at once. */
  readonly endInOrder: () => void;
  readonly stdin: () => Readable;
  /** Writes to stdout; false once the reader has closed it. */
  readonly writeResult: (text: string) => Promise<boolean>;
  /** Writes to stderr. */
  readonly writeRemark: (text: string) => void;
  /** Asks a question at the terminal; undefined when there is no answer. */
  readonly ask: (question: string) => Promise<string | undefined>;
}

/** The context of the use cases, and the functions with which a verb prints and asks. */
export interface CommandContext extends ApplyContext, GlobalFlags {
  readonly terminals: Terminals;
  readonly logger: Logger;
  /** Shows the steps of `onStep`; other output hides its line. */
  readonly progress: Progress;
  /** Whether results are coloured. */
  readonly color: boolean;
  /**
   * Prints a result; false once the reader has closed stdout. With `--json` a command that ends
   * calls this once, with one document.
   */
  readonly print: (text: string) => Promise<boolean>;
  /** Text for the user at the terminal, beside the result. */
  readonly remark: (text: string) => void;
  readonly ask: (question: string) => Promise<string | undefined>;
}

/** Runs a verb; returns its exit, or the exit code of a program that it ran. */
export type CommandBody = (context: CommandContext) => Promise<Exit | number>;

interface ArgumentSpec {
  /** As help shows it: `<file>`, `[paths...]`. */
  readonly name: string;
  readonly description: string;
  /** The allowed values. */
  readonly choices?: readonly string[];
  readonly default?: unknown;
  /** Throws InvalidArgumentError. */
  readonly parse?: (text: string) => unknown;
}

export interface OptionSpec extends Omit<ArgumentSpec, 'name'> {
  /** As help shows them: `--out <file>`. */
  readonly flags: string;
  /** The values are collected in a list; several of `choices` may stand with commas in one. */
  readonly repeatable?: boolean;
  /** Left out of help and completion. */
  readonly hidden?: boolean;
}

export type ProjectUse = 'environment' | 'file' | 'nothing';

/** A verb as help and completion show it. */
export interface VerbSpec {
  readonly description: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Command lines. */
  readonly examples: readonly string[];
  /**
   * What it takes of the project file: `environment` (default), which has to be chosen where the
   * file has some; `file`, with the environment if one is chosen; `nothing`: it is not read.
   */
  readonly project?: ProjectUse | ((options: Readonly<Record<string, unknown>>) => ProjectUse);
  /** It uses the declarations of the other verbs, which are loaded with it. */
  readonly needsAllVerbs?: boolean;
}

/** A file in verbs/. `run` imports the modules that it needs. */
export interface Verb {
  readonly spec: VerbSpec;
  /** `given`: the arguments, then an object with the options, then commander's command. */
  run(context: CommandContext, ...given: readonly unknown[]): Promise<Exit | number>;
}

// Declarations that several verbs share.

/** The manifests of a command line. */
export const PATHS: ArgumentSpec = {
  name: '[paths...]',
  description:
    'files or folders of manifests, - for standard input (default: those of the project, else this folder)',
};

/** The one store that a verb reads. */
export const STORE_TARGET: OptionSpec = {
  flags: '--target <name>',
  description: 'the store to read',
  default: DEFAULT_TARGET,
};

/** How long verbs wait that ask the agent. */
export const TIMEOUT: OptionSpec = {
  flags: '--timeout <seconds>',
  description: 'how long the agent may take, and a server to answer',
  parse: seconds,
  default: 30,
};

/** The part of the changes to plan or apply. */
export const PART: readonly OptionSpec[] = [
  {
    flags: '--only <address>',
    description: 'only this; may be repeated, * matches anything',
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

/** The manifests of a command, as `loadDesired` returns them, with their notices printed. */
export async function readSource(
  context: CommandContext,
  paths: readonly string[],
  part: PartFlags = {},
): Promise<DesiredSource> {
  const { loadDesired } = await import('../applying/desired.js');
  try {
    const source = await loadDesired(context, paths, part);
    remarkNotices(context, source.notices);
    return source;
  } catch (error) {
    throw (await planInstead(paths)) ?? error;
  }
}

/** The same without paths; undefined where the current folder is meant, and has no manifest. */
export async function readDefault(context: CommandContext): Promise<DesiredSource | undefined> {
  const { loadDefault } = await import('../applying/desired.js');
  const source = await loadDefault(context);
  if (source === undefined) return undefined;
  remarkNotices(context, source.notices);
  return source;
}

/** The better message where one of the paths is a saved plan. */
async function planInstead(paths: readonly string[]): Promise<LenkwerkError | undefined> {
  const { isPlanFile } = await import('../applying/plan/plan-file.js');
  for (const path of paths) {
    if (!(await isPlanFile(path))) continue;
    return new LenkwerkError('usage', `${path} is a saved plan, not a manifest`, {
      hint: `lenkwerk show ${path}, or lenkwerk apply ${path}`,
    });
  }
  return undefined;
}

/** Prints each notice once. */
export function remarkNotices({ remark }: CommandContext, notices: readonly string[]): void {
  for (const notice of new Set(notices)) remark(`note: ${printable(notice)}\n`);
}

/** Repeatable; the values are checked against the list. */
export const ALLOW: OptionSpec = {
  flags: '--allow <dangers>',
  description: 'allow dangers by name, with commas between them; may be repeated',
  choices: DANGERS,
  repeatable: true,
};

/** What allows each danger: `--allow`, else the environment of the project. */
export function allowances(
  { projectEnvironment }: Pick<CommandContext, 'projectEnvironment'>,
  flags: readonly Danger[] = [],
): Allowances {
  const { allow = [], origin = '' } = projectEnvironment ?? {};
  const ofProject = allow.map((danger): [Danger, string] => [danger, origin]);
  return new Map([...ofProject, ...flags.map((danger): [Danger, string] => [danger, '--allow'])]);
}

export interface LookFlags {
  /** The store to read. */
  readonly target: string;
}

/** `60` or `60s`. */
export function seconds(text: string): number {
  if (/^[1-9]\d{0,4}s?$/.test(text)) return Number(text.replace('s', ''));
  throw new InvalidArgumentError('It is a number of seconds, at least 1.');
}

/** Parses `ID:DIGEST`, as an apply prints them. Throws InvalidArgumentError. */
export function applyAnchor(text: string): { readonly id: bigint; readonly digest: string } {
  const [, id, digest] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (id !== undefined && digest !== undefined) return { id: BigInt(id), digest };
  throw new InvalidArgumentError('It is the id of an apply, a colon and its digest.');
}

/** Parses the id of an apply: 1 to 18 digits. Throws InvalidArgumentError. */
export function applyId(text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('An apply is named by its number.');
}
