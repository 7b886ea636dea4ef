/** The verbs and their flags. What a verb does is loaded only when it was chosen. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Choose, examples, PATHS, seconds } from '../command.js';
import { declareCompletion, declarePlanning } from '../verbs-of-planning.js';
import type { AgentFlags } from './agent.js';
import type { DevFlags } from './dev.js';
import type { LookFlags } from './get.js';
import type { InitFlags } from './init.js';
import type { SchemaFlags } from './schema.js';
import type { VerifyFlags } from './verify.js';

/** Adds every verb to the program; `choose` is told what to run for the one that was given. */
export function declareCommands(program: Command, choose: Choose): void {
  declareInit(program, choose);
  declareValidate(program, choose);
  declarePlanning(program, choose);
  declareAgent(program, choose);
  declareVerify(program, choose);
  declareStatus(program, choose);
  declareDoctor(program, choose);
  declareGet(program, choose);
  declareWatch(program, choose);
  declareDev(program, choose);
  declareSchema(program, choose);
  declareCompletion(program, choose);
}

function declareInit(program: Command, choose: Choose): void {
  program
    .command('init')
    .description('set the Lenkwerk database up, or adopt one that an existing Bagger made')
    .option('--check', 'only tell what would be done; exit 2 when something would', false)
    .option('--create-database', 'make the database itself when it is missing', false)
    .option('--roles', 'make group roles with the least rights that each work needs', false)
    .addHelpText(
      'after',
      examples('lenkwerk init -d lenkwerk --create-database', 'lenkwerk init --check --json'),
    )
    .action((flags: InitFlags) =>
      choose(async (context) => (await import('./init.js')).run(context, flags)),
    );
}

function declareValidate(program: Command, choose: Choose): void {
  program
    .command('validate')
    .description('check manifests without a database')
    .argument('[paths...]', PATHS)
    .addHelpText('after', examples('lenkwerk validate cluster/', 'lenkwerk validate --json a.yaml'))
    .action((paths: readonly string[]) =>
      choose(async (context) => (await import('./validate.js')).run(context, paths)),
    );
}

function declareAgent(program: Command, choose: Choose): void {
  program
    .command('agent')
    .description('publish every change to the key-value store, until interrupted')
    .option('--target <name>', 'only this store; may be repeated', addName, [])
    .option('--slot <name>', 'replication slot of `default`, or of the one --target')
    .option('--publication <name>', 'publication (default: bagger_lw_storage)')
    .option('--allow-mass-delete', 'let a resync delete a large part of the keys', false)
    .option('--heal', 'set keys right at once that somebody else changed', false)
    .option('--listen <address>', 'serve /metrics, /healthz, /readyz there, like 127.0.0.1:9187')
    .addHelpText(
      'after',
      examples(
        'lenkwerk agent -d lenkwerk --listen :9187',
        'lenkwerk agent --target default --target eu',
        'lenkwerk agent --kv etcd://host:2379?prefix=/eu',
      ),
    )
    .action((flags: AgentFlags) =>
      choose(async (context) => (await import('./agent.js')).run(context, flags)),
    );
}

function addName(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}

function declareVerify(program: Command, choose: Choose): void {
  program
    .command('verify')
    .description('tell whether what is desired, recorded and published agrees')
    .argument('[paths...]', 'manifests; without them only the database and the store are compared')
    .option('--wait', 'ask again while nothing can be said', false)
    .option('--repair', 'ask the agent to set right what diverged', false)
    .option('--timeout <seconds>', 'how long the agent is given', seconds, 30)
    .option('--target <name>', 'which store is looked at', 'default')
    .option('--markdown', 'print Markdown, for an alarm or a comment')
    .option('--json-into <file>', 'also write it as JSON')
    .option('--markdown-into <file>', 'also write it as Markdown')
    .addHelpText(
      'after',
      examples(
        'lenkwerk verify cluster/',
        'lenkwerk verify cluster/ --wait --timeout 60 --json',
        'lenkwerk verify --repair',
      ),
    )
    .action((paths: readonly string[], flags: VerifyFlags) =>
      choose(async (context) => (await import('./verify.js')).run(context, paths, flags)),
    );
}

function declareStatus(program: Command, choose: Choose): void {
  program
    .command('status')
    .description('positions, lag, slots and who is active, of every target')
    .addHelpText('after', examples('lenkwerk status', 'lenkwerk status --json'))
    .action(() => choose(async (context) => (await import('./status.js')).run(context)));
}

function declareDoctor(program: Command, choose: Choose): void {
  program
    .command('doctor')
    .description('check everything that is needed, and say how to mend what is missing')
    .addHelpText('after', examples('lenkwerk doctor', 'lenkwerk doctor -U lenkwerk_agent --json'))
    .action(() => choose(async (context) => (await import('./doctor.js')).run(context)));
}

function declareGet(program: Command, choose: Choose): void {
  program
    .command('get')
    .description('print one published record')
    .argument('<key>', 'like /Config/kafka_topic, without the prefix of the store')
    .option('--target <name>', 'which store to look at', 'default')
    .addHelpText('after', examples('lenkwerk get /Servermap', 'lenkwerk get /Config/production'))
    .action((key: string, flags: LookFlags) =>
      choose(async (context) => (await import('./get.js')).run(context, key, flags)),
    );
}

function declareWatch(program: Command, choose: Choose): void {
  program
    .command('watch')
    .description('print what is published, then every change, until interrupted')
    .argument('[key-prefix]', 'only keys that start like this', '/')
    .option('--target <name>', 'which store to look at', 'default')
    .addHelpText(
      'after',
      examples('lenkwerk watch', 'lenkwerk watch /PostgresInstance/ --json --kv etcd://host:2379'),
    )
    .action((prefix: string, flags: LookFlags) =>
      choose(async (context) => (await import('./watch.js')).run(context, prefix, flags)),
    );
}

function declareDev(program: Command, choose: Choose): void {
  program
    .command('dev')
    .description('run a throw-away Lenkwerk on this machine: PostgreSQL, etcd and an agent')
    .argument('[command...]', 'run this with its variables set, then end everything')
    .option('--postgres <major>', 'the version of PostgreSQL, 15 to 18', postgresMajor)
    .addHelpText('after', examples('lenkwerk dev', 'lenkwerk dev -- npm test'))
    .action((command: readonly string[], flags: DevFlags) =>
      choose(async (context) => (await import('./dev.js')).run(context, command, flags)),
    );
}

function postgresMajor(text: string): number {
  if (!/^1[5-8]$/.test(text)) throw new InvalidArgumentError('15, 16, 17 and 18 are supported.');
  return Number(text);
}

function declareSchema(program: Command, choose: Choose): void {
  program
    .command('schema')
    .description('print the JSON Schema of manifests, for editors')
    .option('--plan', 'that of `lenkwerk plan --json` instead')
    .option('--verify', 'that of `lenkwerk verify --json` instead')
    .addHelpText('after', examples('lenkwerk schema > cluster.schema.json'))
    .action((flags: SchemaFlags) =>
      choose(async (context) => (await import('./schema.js')).run(context, flags)),
    );
}
