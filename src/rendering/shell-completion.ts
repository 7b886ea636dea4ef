/** Scripts that complete command lines, for three shells. */

/** The shells that have a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export interface CompletedFlag {
  /** `--allow` */
  readonly name: string;
  readonly takesValue: boolean;
  /** The allowed values; empty: file names are completed. */
  readonly values: readonly string[];
}

export interface CompletedVerb {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** The allowed arguments; empty: file names are completed. */
  readonly values: readonly string[];
}

export interface CompletedProgram {
  readonly name: string;
  readonly verbs: readonly CompletedVerb[];
  /** Flags of every verb. */
  readonly flags: readonly CompletedFlag[];
}

/** The script for a shell, newline at the end. */
export function completionScript(shell: Shell, program: CompletedProgram): string {
  switch (shell) {
    case 'bash':
      return bash(program);
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
    case 'fish':
      return fish(program);
  }
}

function bash({ name, verbs, flags }: CompletedProgram): string {
  const common = namesOf(flags);
  const verbNames = verbs.map((verb) => verb.name).join(' ');
  const values = new Map(verbs.flatMap((verb) => [...verb.flags, ...flags].map(valuesInBash)));
  return [
    // A colon would start a new word, but `delete:instance` is one.
    'COMP_WORDBREAKS=$' + '{COMP_WORDBREAKS//:}',
    `_${name}() {`,
    '  local current="$' + '{COMP_WORDS[COMP_CWORD]}" verb="" words="" files="" i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    `    case " ${verbNames} " in`,
    '      *" $' + '{COMP_WORDS[i]} "*) verb="$' + '{COMP_WORDS[i]}"; break ;;',
    '    esac',
    '  done',
    '  case "$verb" in',
    ...verbs.map((verb) => `    ${verb.name}) ${wordsOfVerb(verb, common)} ;;`),
    `    *) words="${verbNames} ${common}" ;;`,
    '  esac',
    '  case "$' + '{COMP_WORDS[COMP_CWORD-1]}" in',
    ...[...values].flatMap(([flag, action]) =>
      action === '' ? [] : [`    ${flag}) ${action} ;;`],
    ),
    '  esac',
    '  if [[ -n "$files" && "$current" != -* ]]; then',
    '    COMPREPLY=($(compgen -f -- "$current"))',
    '  else',
    '    COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  fi',
    '}',
    `complete -o filenames -F _${name} ${name}`,
    '',
  ].join('\n');
}

function wordsOfVerb({ flags, values }: CompletedVerb, common: string): string {
  const words = `words="${[namesOf(flags), common, ...values].join(' ')}"`;
  return values.length === 0 ? `${words} files=1` : words;
}

/** The action for the value of a flag; empty for a flag without a value. */
function valuesInBash({ name, takesValue, values }: CompletedFlag): readonly [string, string] {
  if (!takesValue) return [name, ''];
  return [name, values.length === 0 ? 'files=1' : `words="${values.join(' ')}" files=""`];
}

function fish({ name, verbs, flags }: CompletedProgram): string {
  const complete = `complete -c ${name}`;
  const lines = [
    ...flags.map((flag) => `${complete} ${flagInFish(flag)}`),
    ...verbs.flatMap((verb) => {
      const seen = `${complete} -n '__fish_seen_subcommand_from ${verb.name}'`;
      const { values } = verb;
      return [
        `${complete} -n __fish_use_subcommand -f -a ${verb.name} -d ${quoted(verb.description)}`,
        ...verb.flags.map((flag) => `${seen} ${flagInFish(flag)}`),
        ...(values.length === 0 ? [] : [`${seen} -f -a ${quoted(values.join(' '))}`]),
      ];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function flagInFish({ name, takesValue, values }: CompletedFlag): string {
  const flag = `-l ${name.slice('--'.length)}`;
  if (!takesValue) return flag;
  return values.length === 0 ? `${flag} -r` : `${flag} -x -a ${quoted(values.join(' '))}`;
}

function namesOf(flags: readonly CompletedFlag[]): string {
  return flags.map(({ name }) => name).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
