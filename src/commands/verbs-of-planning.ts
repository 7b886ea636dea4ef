/** The verbs between manifests and the database, and their flags. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { ApprovalFlags } from '../applying/apply.js';
import { DANGERS, type Danger } from '../planning/change.js';
import { SHELLS, type Shell } from '../rendering/shell-completion.js';
import { type Choose, examples, PATHS, seconds } from './command.js';
import type { ApplyFlags } from './verbs/apply.js';
import type { ExportFlags } from './verbs/export.js';
import type { HistoryFlags } from './verbs/history.js';
import type { PlanFlags } from './verbs/plan.js';
import type { ShowFlags } from './verbs/show.js';

export function declarePlanning(program: Command, choose: Choose): void {
  declarePlan(program, choose);
  declareShow(program, choose);
  declareApply(program, choose);
  declareHistory(program, choose);
  declareRevert(program, choose);
  declareExport(program, choose);
}

function declarePlan(program: Command, choose: Choose): void {
  program
    .command('plan')
    .description('show what differs between the manifests and the database; writes nothing')
    .argument('[paths...]', PATHS)
    .option('--out <file>', 'write the plan for `lenkwerk apply`')
    .option('--markdown', 'print Markdown, for a pull request')
    .option('--sql', 'print the SQL that comes to the same, for review')
    .option('--text-into <file>', 'also write it as text')
    .option('--json-into <file>', 'also write it as JSON')
    .option('--markdown-into <file>', 'also write it as Markdown')
    .option('--sql-into <file>', 'also write it as SQL')
    .option('--detailed-exitcode', 'exit 2 when something differs')
    .option('--target <address>', 'only this; may be repeated, * stands for anything', add, [])
    .option('--exclude <address>', 'all but this; may be repeated', add, [])
    .addHelpText(
      'after',
      examples(
        'lenkwerk plan cluster/',
        'lenkwerk plan cluster/ --out cluster.plan --markdown-into comment.md --detailed-exitcode',
      ),
    )
    .action((paths: readonly string[], flags: PlanFlags) =>
      choose(async (context) => (await import('./verbs/plan.js')).run(context, paths, flags)),
    );
}

function declareShow(program: Command, choose: Choose): void {
  program
    .command('show')
    .description('show a plan file; needs no database')
    .argument('<file>', 'what `lenkwerk plan --out FILE` wrote')
    .option('--markdown', 'print Markdown')
    .option('--sql', 'print SQL')
    .addHelpText(
      'after',
      examples('lenkwerk show cluster.plan', 'lenkwerk show cluster.plan --sql'),
    )
    .action((file: string, flags: ShowFlags) =>
      choose(async (context) => (await import('./verbs/show.js')).run(context, file, flags)),
    );
}

function declareApply(program: Command, choose: Choose): void {
  const command = program
    .command('apply')
    .description('make the database what the manifests ask for, in one transaction')
    .argument('[paths...]', `a plan file, or ${PATHS}`)
    .option('--target <address>', 'only this; may be repeated, * stands for anything', add, [])
    .option('--exclude <address>', 'all but this; may be repeated', add, []);
  withApproval(command)
    .addHelpText(
      'after',
      examples(
        'lenkwerk apply cluster/',
        'lenkwerk apply cluster.plan --allow delete:instance',
        'lenkwerk apply cluster/ --auto-approve --wait --json',
      ),
    )
    .action((paths: readonly string[], flags: ApplyFlags) =>
      choose(async (context) => (await import('./verbs/apply.js')).run(context, paths, flags)),
    );
}

function withApproval(command: Command): Command {
  const allow = new Option('--allow <danger>', 'allow a danger by its name; may be repeated')
    .choices(DANGERS)
    .argParser(addDanger)
    .default([]);
  return command
    .addOption(allow)
    .option('--auto-approve', 'do not ask', false)
    .option('--dry-run', 'do everything, then roll back', false)
    .option('--lock-timeout <seconds>', 'how long to wait for other writers', seconds)
    .option('--wait', 'stay until it is published, to every target', false)
    .option('--timeout <seconds>', 'how long the agent is given', seconds, 30);
}

function declareRevert(program: Command, choose: Choose): void {
  withApproval(
    program
      .command('revert')
      .description('go back to the desired state of an earlier apply')
      .argument('<id>', 'the id of the apply, from `lenkwerk history`', applyId),
  )
    .addHelpText('after', examples('lenkwerk revert 41', 'lenkwerk revert 41 --dry-run'))
    .action((id: bigint, flags: ApprovalFlags) =>
      choose(async (context) => (await import('./verbs/revert.js')).run(context, id, flags)),
    );
}

function declareHistory(program: Command, choose: Choose): void {
  program
    .command('history')
    .description('list the applies, newest first, or show one')
    .argument('[id]', 'show this one whole', applyId)
    .option('--limit <number>', 'how many', positive, 20)
    .addHelpText('after', examples('lenkwerk history --limit 5', 'lenkwerk history 41 --json'))
    .action((id: bigint | undefined, flags: HistoryFlags) =>
      choose(async (context) => (await import('./verbs/history.js')).run(context, id, flags)),
    );
}

function declareExport(program: Command, choose: Choose): void {
  program
    .command('export')
    .description('write what is recorded as a manifest')
    .option('--out <path>', 'a file, or a folder for cluster.yaml (default: print it)')
    .addHelpText('after', examples('lenkwerk export', 'lenkwerk export --out cluster/'))
    .action((flags: ExportFlags) =>
      choose(async (context) => (await import('./verbs/export.js')).run(context, flags)),
    );
}

export function declareCompletion(program: Command, choose: Choose): void {
  const shell = new Argument('<shell>').choices(SHELLS);
  program
    .command('completion')
    .description('print a script that completes commands and flags')
    .addArgument(shell)
    .addHelpText('after', examples('lenkwerk completion bash > ~/.bash_completion.d/lenkwerk'))
    .action((name: Shell) =>
      choose(async (context) =>
        (await import('./verbs/completion.js')).run(context, program, name),
      ),
    );
}

function add(word: string, words: readonly string[]): readonly string[] {
  return [...words, word];
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 999999.');
}

function applyId(text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('An apply is named by its number.');
}

function addDanger(name: string, allowed: readonly Danger[]): readonly Danger[] {
  const danger = DANGERS.find((known) => known === name);
  if (danger === undefined) throw new InvalidArgumentError(`Dangers are ${DANGERS.join(', ')}.`);
  return [...allowed, danger];
}
