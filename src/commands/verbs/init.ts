/** `lenkwerk init`: sets the database up, adopts an existing one, or reports what is missing. */
import type { InitFlags, InitResult } from '../../applying/init.js';
import { escapeJson, printable } from '../../model/text.js';
import type { CommandContext, VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'set the Lenkwerk database up, or adopt one that an existing Bagger created',
  options: [
    {
      flags: '--check',
      description: `only report what would be done; exit ${EXITS.differences.code} when something would`,
      default: false,
    },
    {
      flags: '--create-database',
      description: 'create the database itself when it is missing',
      default: false,
    },
    {
      flags: '--roles',
      description: 'create group roles with the least rights for each kind of work',
      default: false,
    },
    {
      flags: '--new-identity',
      description: 'the database is a copy: give it a uuid and activations of its own',
      default: false,
    },
  ],
  examples: ['lenkwerk init -d lenkwerk --create-database', 'lenkwerk init --check --json'],
};

export async function run(context: CommandContext, flags: InitFlags): Promise<Exit> {
  const { init } = await import('../../applying/init.js');
  const result = await init(context, flags);
  await context.print(context.json ? reportJson(result) : reportText(result, flags.check));
  return flags.check && result.done.length > 0 ? 'differences' : 'success';
}

function reportJson({ clusterId, done, present, files, next }: InitResult): string {
  return `${escapeJson(JSON.stringify({ clusterId, done, present, files, next }, null, 2))}\n`;
}

function reportText(result: InitResult, check: boolean): string {
  const { clusterId, done, present } = result;
  const where = printable(result.where);
  const next = result.next.map((step) => `next: ${step}`);
  if (done.length === 0) {
    return `${[`Nothing to do: ${where} is set up (cluster ${clusterId}).`, ...next].join('\n')}\n`;
  }
  const heading = check ? `init would create in ${where}:` : `Created in ${where}:`;
  const lines = done.map((fact) => `  + ${printable(fact)}`);
  const kept = `${present.length} ${present.length === 1 ? 'object' : 'objects'} existed before.`;
  const cluster = check ? [] : [`Cluster ${clusterId}.`];
  return `${[heading, ...lines, kept, ...cluster, ...next].join('\n')}\n`;
}
