/** From the words of the command line to a command that is ready to run. Does nothing yet. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { STORE_PASSWORDS, STORE_URLS } from '../applying/store-urls.js';
import { LenkwerkError } from '../model/errors.js';
import { urlHasPassword } from '../postgres/connection-settings.js';
import { LOG_LEVELS, type LogLevel } from '../runtime/logger.js';
import type { CommandBody, GlobalFlags } from './command.js';
import { declareCommands } from './verbs/registry.js';

export type CommandLine =
  | { readonly kind: 'run'; readonly flags: GlobalFlags; readonly body: CommandBody }
  /** Help was asked for: a result to print. */
  | { readonly kind: 'help'; readonly text: string };

const DESCRIPTION =
  'Config-as-code for Bagger clusters: their state in YAML, planned, applied, published, verified.';

const EPILOGUE = `
Examples:
  lenkwerk validate cluster/
  lenkwerk plan cluster/ -h lenkwerk.example.com -d lenkwerk
  lenkwerk apply cluster/ --dry-run

Exit codes: 0 success, 1 failure, 2 differences, 3 invalid usage or input, 4 refused by a guard,
5 stale plan or wrong cluster, 6 lock not obtained, 7 not converged or inconclusive.`;

/** Throws `usage` with a hint for what is not understood. */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  const help: string[] = [];
  let body: CommandBody | undefined;
  const program = globalProgram(version, (text) => help.push(text));
  declareCommands(program, (chosen) => {
    body = chosen;
  });
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text: help.join('') };
    throw usageError(error);
  }
  if (body === undefined) throw noCommand();
  return { kind: 'run', flags: globalFlags(program), body };
}

function globalProgram(version: string, write: (text: string) => void): Command {
  const level = new Option('--log-level <level>', 'what to tell on stderr')
    .choices(LOG_LEVELS)
    .default('info');
  return new Command('lenkwerk')
    .description(DESCRIPTION)
    .helpOption('--help', 'show help')
    .version(version, '--version', 'print the version')
    .option('-h, --host <host>', 'database server or socket directory (PGHOST)')
    .option('-p, --port <port>', 'database port (PGPORT)', portNumber)
    .option('-U, --username <user>', 'database user (PGUSER)')
    .option('-d, --dbname <name>', 'database name (PGDATABASE, else lenkwerk)')
    .option('--db <url>', 'database URL without a password (DATABASE_URL)')
    .option('--kv <url>', `key-value store: ${STORE_URLS}`)
    .option('--json', 'print one JSON document', false)
    .option('--no-color', 'print without colour (NO_COLOR)')
    .addOption(level)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: write, writeErr: () => {} })
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText('after', EPILOGUE);
}

function portNumber(text: string): number {
  const port = Number(text);
  const valid = /^\d+$/.test(text) && port >= 1 && port <= 65_535;
  if (!valid) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

interface GlobalOptions {
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly dbname?: string;
  readonly db?: string;
  readonly kv?: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly logLevel: LogLevel;
}

function globalFlags(program: Command): GlobalFlags {
  const { host, port, username, dbname, db, kv, json, color, logLevel } =
    program.opts<GlobalOptions>();
  if (db !== undefined && urlHasPassword(db)) throw passwordGiven('--db', 'PGPASSWORD or .pgpass');
  if (kv !== undefined && /:\/\/[^/?#]*:[^/?#]*@/.test(kv)) {
    throw passwordGiven('--kv', STORE_PASSWORDS);
  }
  const connection = { url: db, host, port, username, dbname };
  return { connection, kv, json, color, logLevel };
}

function passwordGiven(flag: string, instead: string): LenkwerkError {
  return new LenkwerkError('usage', `the URL after ${flag} holds a password`, {
    hint: `everybody on this machine can read command lines; use ${instead}`,
  });
}

/** commander says `error: unknown option '--jsno'`, a suggestion on a line of its own. */
function usageError({ code, message }: CommanderError): LenkwerkError {
  if (code === 'commander.help') return noCommand();
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const suggestion = rest
    .join(' ')
    .replace(/^\((.*)\)$/, '$1')
    .trim();
  return new LenkwerkError('usage', first, {
    hint: suggestion === '' ? 'lenkwerk --help lists commands and flags' : suggestion,
  });
}

function noCommand(): LenkwerkError {
  return new LenkwerkError('usage', 'no command given', {
    hint: 'lenkwerk --help lists the commands',
  });
}
