#!/usr/bin/env node
/** The process: arguments, streams, signals and exit code. Everything else is a command. */
import type { Host } from './commands/command.js';
import { toolVersion } from './runtime/settings.js';

const args = process.argv.slice(2);

/** For what a library leaves open and nothing can close, such as a connect without an answer. */
const LEFT_OPEN_MS = 1_000;

// Reported to the writers by their callbacks; without a listener it would end the process.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

if (args.length === 1 && args[0] === '--version') {
  process.stdout.write(`${toolVersion()}\n`);
} else {
  await main();
}

async function main(): Promise<void> {
  nameThisRuntime();
  const { runCommandLine } = await import('./commands/main.js');
  const { EXITS } = await import('./commands/exit-codes.js');
  const { environment, terminals } = await import('./runtime/settings.js');
  const { listenForTermination } = await import('./runtime/signals.js');
  const termination = listenForTermination((exitCode) => process.exit(exitCode));
  const host: Host = {
    environment: environment(),
    terminals: terminals(),
    version: toolVersion(),
    signal: termination.signal,
    endInOrder: termination.listen,
    stdin: () => process.stdin,
    writeResult,
    writeRemark: (text) => process.stderr.write(text),
    ask: (question) => ask(question, termination.signal),
  };
  const code = await runCommandLine(args, host);
  const isInterrupted = code === EXITS.interrupted.code;
  process.exitCode = isInterrupted ? (termination.exitCode() ?? code) : code;
  termination.dispose();
  // The result is written and everything of ours is closed: what is left open ends with it.
  const exit = () => process.stderr.write('', () => process.exit());
  setTimeout(exit, LEFT_OPEN_MS).unref();
}

/**
 * Defined by node 21 and later. pg reads `navigator` to detect its runtime, and without one reads
 * `Response`, for which node loads all of fetch and HTTP/2: a fifth of the time of a small plan.
 */
function nameThisRuntime(): void {
  if ('navigator' in globalThis) return;
  const userAgent = `Node.js/${process.versions.node.split('.')[0]}`;
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent }, configurable: true });
}

/** False when the reader closed the pipe (`| head`): that is no failure of this program. */
function writeResult(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve(true);
      else if ('code' in error && error.code === 'EPIPE') resolve(false);
      else reject(error);
    });
  });
}

/** undefined at the end of the input or when the process has to end. */
async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<undefined>((resolve) => {
    terminal.once('close', () => resolve(undefined));
  });
  // Line editing takes Ctrl-C for itself.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await Promise.race([terminal.question(question, { signal }), closed]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}
