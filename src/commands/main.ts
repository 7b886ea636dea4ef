/** Runs one command line, from its arguments to the exit code. */

import {
  formatDiagnostics,
  MAX_SHOWN_PROBLEMS,
  ProblemsError,
} from '../manifest/problems/diagnostic.js';
import { LenkwerkError } from '../model/errors.js';
import type { SourcePlace } from '../model/resources.js';
import { redact } from '../model/secrets/redact.js';
import { PlanProblemsError } from '../planning/problems.js';
import {
  annotations,
  failureJson,
  failureOf,
  failureText,
  type Problem,
  problemsText,
} from '../rendering/failures.js';
import { harmless } from '../rendering/harmless.js';
import { createLogger } from '../runtime/logger.js';
import { type Progress, startProgress } from '../runtime/progress.js';
import { isColorRefused, isGithubActions, pipelineIdentity } from '../runtime/settings.js';
import type { CommandContext, GlobalFlags, Host } from './command.js';
import { type CommandLine, parseCommandLine } from './command-line.js';
import { EXITS, exitOf } from './exit-codes.js';

/**
 * Runs a command line and returns the exit code. `args`: without node and the script. Never throws.
 */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  const output = onceForJson(host);
  try {
    const line = await parseCommandLine(args, host.version);
    return await runParsed(line, { ...host, writeResult: output.write });
  } catch (error) {
    return await reportFailure(error, args, { ...host, writeResult: output.writeFailure });
  }
}

/** The host, to which no foreign text passes that controls a terminal or a pipeline. */
function withHarmlessOutput(host: Host, color: boolean): Host {
  const how = { color, pipeline: pipelineIdentity(host.environment) !== undefined };
  return {
    ...host,
    writeResult: (text) => host.writeResult(harmless(text, how)),
    writeRemark: (text) => host.writeRemark(harmless(text, how)),
  };
}

async function runParsed(line: CommandLine, host: Host): Promise<number> {
  if (line.kind === 'help') {
    await host.writeResult(line.text);
    return EXITS.success.code;
  }
  const progress = progressAt(line.flags, host);
  // Nothing is drawn after an interrupt: a second one ends the process at once.
  const end = () => progress.done();
  host.signal.addEventListener('abort', end, { once: true });
  try {
    const output = withHarmlessOutput(hidingProgress(host, progress), line.flags.color);
    const context = contextFor(
      { ...line.flags, ...(await projectFor(line, host)) },
      output,
      progress,
    );
    const exit = await line.body(context);
    return typeof exit === 'number' ? exit : EXITS[exit].code;
  } finally {
    end();
    host.signal.removeEventListener('abort', end);
  }
}

type ProjectContext = Pick<CommandContext, 'project' | 'projectEnvironment'>;

/** What the command takes of the project file. Throws ProblemsError and `usage`. */
async function projectFor(
  { flags, project: use }: Extract<CommandLine, { kind: 'run' }>,
  { environment }: Host,
): Promise<ProjectContext> {
  if (use === 'nothing') return { project: undefined, projectEnvironment: undefined };
  const { findProject } = await import('../manifest/project/find.js');
  const project = await findProject(flags.projectFile);
  const sources = { project, flag: flags.env, variable: environment['LENKWERK_ENV'] };
  if (project === undefined && flags.env === undefined && !sources.variable) {
    return { project, projectEnvironment: undefined };
  }
  const { chooseEnvironment, requireEnvironment } = await import('../manifest/project/choice.js');
  const choose = use === 'file' ? chooseEnvironment : requireEnvironment;
  return { project, projectEnvironment: choose(sources) };
}

function progressAt({ color }: GlobalFlags, host: Host): Progress {
  const { environment, terminals, writeRemark } = host;
  const terminal = terminals.stderr && color && !isColorRefused(environment);
  return startProgress({ terminal, write: writeRemark });
}

/** The host, which erases the line of progress before other output. */
function hidingProgress(host: Host, progress: Progress): Host {
  return {
    ...host,
    writeResult: (text) => {
      progress.hide();
      return host.writeResult(text);
    },
    writeRemark: (text) => {
      progress.hide();
      host.writeRemark(text);
    },
    ask: (question) => {
      progress.hide();
      return host.ask(question);
    },
  };
}

function contextFor(
  flags: GlobalFlags & ProjectContext,
  host: Host,
  progress: Progress,
): CommandContext {
  const { environment, terminals, version, signal, endInOrder, stdin } = host;
  const logger = createLogger({
    level: flags.logLevel,
    format: terminals.stderr ? 'human' : 'json',
    write: host.writeRemark,
    now: () => new Date(),
  });
  return {
    ...flags,
    environment,
    terminals,
    version,
    signal,
    endInOrder,
    stdin,
    logger,
    progress,
    onStep: (what) => progress.step(what),
    color: flags.color && terminals.stdout && !isColorRefused(environment),
    print: host.writeResult,
    remark: host.writeRemark,
    ask: host.ask,
    database: undefined,
    inputs: new Set(flags.project === undefined ? [] : [flags.project.file]),
  };
}

/** Records whether a document was started: a second one would make both unreadable. */
function onceForJson(host: Host): Readonly<Record<'write' | 'writeFailure', Host['writeResult']>> {
  let begun = false;
  return {
    write: (text) => {
      begun = true;
      return host.writeResult(text);
    },
    writeFailure: async (text) => (begun ? true : await host.writeResult(text)),
  };
}

/**
 * Writes the failure to stderr; with `--json` it is the document on stdout as well, even when the
 * command line as a whole is invalid.
 */
async function reportFailure(error: unknown, args: readonly string[], host: Host): Promise<number> {
  const { details, problems, source } = problemsOf(error);
  const failure = failureOf(error, problems);
  const { writeResult, writeRemark } = withHarmlessOutput(host, false);
  if (details !== undefined) writeRemark(`${redact(details)}\n\n`);
  writeRemark(redact(failureText(failure, source)));
  // The runner reads its commands from stderr as well, which leaves stdout to the result.
  if (problems !== undefined && isGithubActions(host.environment)) {
    host.writeRemark(redact(annotations(problems)));
  }
  if (args.includes('--json')) await writeResult(redact(failureJson(failure)));
  if (wantsStack(args) && error instanceof Error && !(error instanceof LenkwerkError)) {
    writeRemark(redact(`${error.stack ?? ''}\n`));
  }
  return EXITS[exitOf(error, host.signal)].code;
}

interface KnownProblems {
  readonly problems?: readonly Problem[];
  /** The text before the error itself. */
  readonly details?: string;
  /** The place of the only problem, which is the error itself. */
  readonly source?: SourcePlace | null;
}

/** Some failures are several problems. */
function problemsOf(error: unknown): KnownProblems {
  if (error instanceof ProblemsError) {
    const problems = error.problems.map(({ file, line, column, path, message, hint }) => {
      return { source: { file, line, column }, path, message, hint };
    });
    return { problems, details: formatDiagnostics(error.problems) };
  }
  if (!(error instanceof PlanProblemsError)) return {};
  const shown = error.problems.slice(0, MAX_SHOWN_PROBLEMS);
  const problems = shown.map(({ address: path, message, hint, source }) => {
    return { source, path, message, hint };
  });
  const [only] = problems;
  if (only !== undefined && error.problems.length === 1) return { problems, source: only.source };
  return { problems, details: problemsText(problems) };
}

function wantsStack(args: readonly string[]): boolean {
  return args.some(
    (word, i) =>
      word === '--log-level=debug' || (word === '--log-level' && args[i + 1] === 'debug'),
  );
}
