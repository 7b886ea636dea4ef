/** `lenkwerk schema`: the JSON Schemas of what goes in and what comes out, for editors. */
import { readFile } from 'node:fs/promises';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';

const CLUSTER_SCHEMA = new URL('../../schema/cluster.schema.json', import.meta.url);
const PLAN_SCHEMA = new URL('../../schema/plan.schema.json', import.meta.url);

export interface SchemaFlags {
  /** The schema of `plan --json` instead of that of manifests. */
  readonly plan?: boolean;
}

export async function run(context: CommandContext, flags: SchemaFlags): Promise<ExitCode> {
  await context.print(await readFile(flags.plan === true ? PLAN_SCHEMA : CLUSTER_SCHEMA, 'utf8'));
  return EXIT.success;
}
