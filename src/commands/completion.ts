/** `lenkwerk completion`: scripts for shells, made from the same declarations as the help. */
import type { Command } from 'commander';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly string[];
}

export async function run(
  context: CommandContext,
  program: Command,
  shell: string,
): Promise<ExitCode> {
  const verbs = program.commands.map(verbOf);
  const common = flagsOf(program);
  const scripts: Readonly<Record<string, () => string>> = {
    bash: () => bash(verbs, common),
    zsh: () => `autoload -U +X bashcompinit && bashcompinit\n${bash(verbs, common)}`,
    fish: () => fish(verbs, common),
  };
  await context.print(scripts[shell]?.() ?? '');
  return EXIT.success;
}

function verbOf(command: Command): Verb {
  return { name: command.name(), description: command.description(), flags: flagsOf(command) };
}

function flagsOf(command: Command): readonly string[] {
  return command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []));
}

/** File names are completed where no flag or command is. */
function bash(verbs: readonly Verb[], common: readonly string[]): string {
  const cases = verbs.map(
    ({ name, flags }) => `    ${name}) words="${[...flags, ...common].join(' ')}" ;;`,
  );
  const names = verbs.map(({ name }) => name).join(' ');
  return [
    '_lenkwerk() {',
    '  local current="$' + '{COMP_WORDS[COMP_CWORD]}" verb="" word words',
    '  for word in "$' + '{COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case " ${names} " in *" $word "*) verb="$word"; break ;; esac`,
    '  done',
    '  case "$verb" in',
    ...cases,
    `    *) words="${names} ${common.join(' ')}" ;;`,
    '  esac',
    '  if [[ -n "$verb" && "$current" != -* ]]; then',
    '    COMPREPLY=($(compgen -f -- "$current"))',
    '  else',
    '    COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  fi',
    '}',
    'complete -o filenames -F _lenkwerk lenkwerk',
    '',
  ].join('\n');
}

function fish(verbs: readonly Verb[], common: readonly string[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = [
    ...common.map((flag) => `complete -c lenkwerk -l ${flag.slice(2)}`),
    ...verbs.flatMap(({ name, description, flags }) => [
      `complete -c lenkwerk -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`,
      ...flags.map(
        (flag) =>
          `complete -c lenkwerk -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`,
      ),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
