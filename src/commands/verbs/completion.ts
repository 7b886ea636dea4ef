/** `lenkwerk completion`: a script for a shell, made from the same declarations as the help. */
import type { Command, Option } from 'commander';
import {
  type CompletedFlag,
  type CompletedProgram,
  type CompletedVerb,
  completionScript,
  type Shell,
} from '../../rendering/shell-completion.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export async function run(
  context: CommandContext,
  program: Command,
  shell: Shell,
): Promise<ExitCode> {
  await context.print(completionScript(shell, completed(program)));
  return EXIT.success;
}

function completed(program: Command): CompletedProgram {
  return {
    name: program.name(),
    verbs: program.commands.map(verbOf),
    flags: program.options.flatMap(flagOf),
  };
}

function verbOf(command: Command): CompletedVerb {
  return {
    name: command.name(),
    description: command.description(),
    flags: command.options.flatMap(flagOf),
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

function flagOf({ long, required, optional, argChoices }: Option): readonly CompletedFlag[] {
  if (typeof long !== 'string') return [];
  return [{ name: long, takesValue: required || optional, values: argChoices ?? [] }];
}
