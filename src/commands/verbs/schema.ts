/** `lenkwerk schema`: the JSON Schemas of inputs and outputs, for editors. */
import { readFile } from 'node:fs/promises';
import { LenkwerkError } from '../../model/errors.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'print the JSON Schema of manifests, for editors',
  options: [
    { flags: '--plan', description: 'that of `lenkwerk plan --json` instead' },
    { flags: '--verify', description: 'that of `lenkwerk verify --json` instead' },
  ],
  examples: ['lenkwerk schema > cluster.schema.json'],
};

const CLUSTER_SCHEMA = new URL('../../../schema/cluster.schema.json', import.meta.url);
const VERIFY_SCHEMA = new URL('../../../schema/verify.schema.json', import.meta.url);
const PLAN_SCHEMA = new URL('../../../schema/plan.schema.json', import.meta.url);

interface SchemaFlags {
  /** The schema of `plan --json` instead of that of manifests. */
  readonly plan?: boolean;
  /** The schema of `verify --json`. */
  readonly verify?: boolean;
}

export async function run(context: CommandContext, flags: SchemaFlags): Promise<Exit> {
  if (flags.plan === true && flags.verify === true) {
    throw new LenkwerkError('usage', '--plan and --verify exclude each other');
  }
  await context.print(await readFile(schemaOf(flags), 'utf8'));
  return 'success';
}

function schemaOf({ plan, verify }: SchemaFlags): URL {
  if (verify === true) return VERIFY_SCHEMA;
  return plan === true ? PLAN_SCHEMA : CLUSTER_SCHEMA;
}
