/** `lenkwerk completion`: a script for a shell, from the same declarations as the help. */
import type { Command, Option } from 'commander';
import { assert } from '../../model/errors.js';
import {
  type CompletedFlag,
  type CompletedProgram,
  type CompletedVerb,
  completionScript,
  SHELLS,
  type Shell,
} from '../../rendering/shell-completion.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'print a script that completes commands and flags',
  arguments: [{ name: '<shell>', description: '', choices: SHELLS }],
  project: 'nothing',
  examples: ['lenkwerk completion bash > ~/.bash_completion.d/lenkwerk'],
  needsAllVerbs: true,
};

/** `command` is commander's object of this verb, whose parent is the program. */
export async function run(
  context: CommandContext,
  shell: Shell,
  ...[, command]: readonly [unknown, Command]
): Promise<Exit> {
  assert(command.parent !== null, 'a verb has a program');
  await context.print(completionScript(shell, completed(command.parent)));
  return 'success';
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

function flagOf(option: Option): readonly CompletedFlag[] {
  const { long, required, optional, argChoices, hidden } = option;
  if (typeof long !== 'string' || hidden) return [];
  return [{ name: long, takesValue: required || optional, values: argChoices ?? [] }];
}
