/** Parses the command line into a command that is ready to run, without running it. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LenkwerkError } from '../model/errors.js';
import { LOG_LEVELS, type LogLevel } from '../runtime/logger.js';
import type {
  CommandBody,
  CommandContext,
  GlobalFlags,
  OptionSpec,
  ProjectUse,
  Verb,
} from './command.js';
import { EXITS } from './exit-codes.js';
import { VERBS } from './verbs/registry.js';

export type CommandLine =
  | {
      readonly kind: 'run';
      readonly flags: GlobalFlags;
      readonly project: ProjectUse;
      readonly body: CommandBody;
    }
  /** Help was requested: a result to print. */
  | { readonly kind: 'help'; readonly text: string };

const DESCRIPTION =
  'Config-as-code for Bagger clusters: their state in YAML, planned, applied, published, verified.';

const EPILOGUE = `
Examples:
  lenkwerk validate cluster/
  lenkwerk plan cluster/ -h lenkwerk.example.com -d lenkwerk
  lenkwerk apply cluster/ --dry-run

Exit codes:
${Object.values(EXITS)
  .map(({ code, meaning }) => `  ${code}  ${meaning.replaceAll('`', '')}`)
  .join('\n')}`;

/**
 * Returns the command, or the help to print. Throws `usage` with a hint for an invalid command
 * line.
 */
export async function parseCommandLine(
  args: readonly string[],
  version: string,
): Promise<CommandLine> {
  // As the name of a host, -h has a value after it.
  const given = args.at(-1) === '-h' ? [...args.slice(0, -1), '--help'] : args;
  const help: string[] = [];
  let chosen: { readonly project: ProjectUse; readonly body: CommandBody } | undefined;
  const verbs = await verbsFor(given);
  const store = await storeOption(given.includes('--help') || verbs.length > 1);
  const program = globalProgram(version, store, (text) => help.push(text));
  for (const [name, verb] of verbs) {
    declareVerb(program.command(name), verb).action((...values: readonly unknown[]) => {
      const body = (context: CommandContext) => verb.run(context, ...values);
      chosen = { project: projectUse(verb, values), body };
    });
  }
  try {
    program.parse([...given], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text: help.join('') };
    throw usageError(error, args);
  }
  if (chosen === undefined) throw noCommand();
  return { kind: 'run', flags: await globalFlags(program), ...chosen };
}

/** `given`: as `run` of the verb takes it. */
function projectUse({ spec }: Verb, given: readonly unknown[]): ProjectUse {
  const { project = 'environment' } = spec;
  return typeof project === 'function' ? project({ ...Object(given.at(-2)) }) : project;
}

/** The verb at the start of the command line suffices; otherwise all are loaded. */
async function verbsFor([first = '']: readonly string[]): Promise<readonly [string, Verb][]> {
  const verb = Object.hasOwn(VERBS, first) ? await VERBS[first]?.() : undefined;
  if (verb !== undefined && verb.spec.needsAllVerbs !== true) return [[first, verb]];
  return await Promise.all(
    Object.entries(VERBS).map(
      async ([name, load]): Promise<[string, Verb]> => [name, await load()],
    ),
  );
}

function declareVerb(command: Command, { spec }: Verb): Command {
  command.description(spec.description);
  for (const { name, description, ...rest } of spec.arguments ?? []) {
    command.addArgument(withValues(new Argument(name, description), rest));
  }
  for (const { flags, description, hidden = false, ...rest } of spec.options ?? []) {
    command.addOption(withValues(new Option(flags, description).hideHelp(hidden), rest));
  }
  const examples = spec.examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${examples}`);
}

type Values = Pick<OptionSpec, 'choices' | 'default' | 'parse' | 'repeatable'>;

function withValues<Declared extends Argument | Option>(declared: Declared, values: Values) {
  const { choices, parse, repeatable = false } = values;
  if (choices !== undefined) declared.choices(choices);
  if (values.default !== undefined) declared.default(values.default);
  const read = parse ?? declared.parseArg ?? ((text: string) => text);
  if (repeatable) {
    // Names have no comma in them.
    const parts = (text: string) => (choices === undefined ? [text] : text.split(','));
    const add = (text: string, before: readonly unknown[]) => [
      ...before,
      ...parts(text).map((part) => read(part, undefined)),
    ];
    declared.default([]).argParser(add);
  } else if (parse !== undefined) {
    declared.argParser(parse);
  }
  return declared;
}

function globalProgram(version: string, store: Option, write: (text: string) => void): Command {
  const level = new Option('--log-level <level>', 'what to log on stderr')
    .choices(LOG_LEVELS)
    .default('info');
  return new Command('lenkwerk')
    .description(DESCRIPTION)
    .helpOption('--help', 'show help')
    .version(version, '--version', 'print the version')
    .option('-h, --host <host>', 'database server or socket directory (PGHOST)')
    .option('-p, --port <port>', 'database port, or a list as of hosts (PGPORT)', portList)
    .option('-U, --username <user>', 'database user (PGUSER)')
    .option('-d, --dbname <name>', 'database name (PGDATABASE, else lenkwerk)')
    .option('--db <url>', 'database URL without a password (LENKWERK_DATABASE)')
    .addOption(store)
    .option('--env <name>', 'environment of the project file (LENKWERK_ENV)')
    .option('--project <file>', 'project file (default: lenkwerk.yaml, found upwards)')
    .option('--secrets-dir <folder>', 'where `passwordFile` of a recorded store is')
    .option('--json', 'print one JSON document', false)
    .option('--no-color', 'print without colour (NO_COLOR)')
    .addOption(level)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: write, writeErr: () => {} })
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText('after', EPILOGUE);
}

/** The drivers, which name their URLs in it, are loaded where its description may be shown. */
async function storeOption(isShown: boolean): Promise<Option> {
  const description = isShown
    ? `key-value store: ${(await import('../applying/context/store-urls.js')).STORE_URLS}`
    : 'key-value store';
  return new Option('--kv <url>', description);
}

/** In a list an empty part stands for the default, as in libpq. */
function portList(text: string): string {
  const ports = text.split(',').filter((part) => part !== '');
  const isValid = (port: string) => /^\d{1,5}$/.test(port) && isPort(Number(port));
  if (ports.length > 0 && ports.every(isValid)) return text;
  throw new InvalidArgumentError('A port is a number from 1 to 65535; a list has commas.');
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

interface GlobalOptions {
  readonly host?: string;
  readonly port?: string;
  readonly username?: string;
  readonly dbname?: string;
  readonly db?: string;
  readonly kv?: string;
  readonly env?: string;
  readonly project?: string;
  readonly secretsDir?: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly logLevel: LogLevel;
}

async function globalFlags(program: Command): Promise<GlobalFlags> {
  const { host, port, username, dbname, db, kv, project, ...others } =
    program.opts<GlobalOptions>();
  const { env, secretsDir, json, color, logLevel } = others;
  const given: Pick<GlobalFlags, 'connection' | 'kv'> = {
    connection: { url: db, host, port, username, dbname },
    kv: kv === undefined ? undefined : { text: kv, source: 'command-line' },
  };
  if (db !== undefined || kv !== undefined) {
    (await import('../applying/context/context.js')).requireNoPassword(given);
  }
  return { ...given, projectFile: project, env, secretsDir, json, color, logLevel };
}

/**
 * commander reports `error: unknown option '--jsno'`, with a suggestion on a line after it; an
 * argument in it may have line breaks of its own.
 */
function usageError(
  { code, message }: CommanderError,
  [first = '']: readonly string[],
): LenkwerkError {
  if (code === 'commander.help') return noCommand();
  const [, error = '', suggestion] = SUGGESTION.exec(message) ?? [];
  const ours = WORDS_ELSEWHERE.get(first);
  const help = Object.hasOwn(VERBS, first)
    ? `lenkwerk ${first} --help describes it`
    : 'lenkwerk --help lists commands and flags';
  const known = ours === undefined ? suggestion : `here it is \`lenkwerk ${ours}\``;
  return new LenkwerkError('usage', error, { hint: known ?? help });
}

/** What other tools call it. */
const WORDS_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['version', '--version'],
  ['lint', 'validate'],
  ['check', 'validate'],
  ['diff', 'plan'],
  ['preview', 'plan'],
  ['fmt', 'render'],
  ['format', 'render'],
  ['import', 'export'],
  ['pull', 'export'],
  ['dump', 'export'],
  ['deploy', 'apply'],
  ['push', 'apply'],
  ['up', 'apply'],
  ['drift', 'verify'],
  ['log', 'history'],
  ['rollback', 'revert'],
  ['undo', 'revert'],
  ['config', 'env'],
  ['ls', 'get'],
]);

const SUGGESTION = /^(?:error: )?([\s\S]*?)(?:\n\((Did you mean [^\n]*)\))?\s*$/;

function noCommand(): LenkwerkError {
  return new LenkwerkError('usage', 'no command given', {
    hint: 'lenkwerk --help lists the commands',
  });
}
