/** `lenkwerk schema`: the JSON Schemas of inputs and outputs. */
import { readFile } from 'node:fs/promises';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

/** By the name of the argument: what the schema describes. */
const SCHEMAS = {
  cluster: 'manifests',
  overrides: 'what differs from them',
  project: 'lenkwerk.yaml',
  plan: '`lenkwerk plan --json`',
  verify: '`lenkwerk verify --json`',
  copies: '`lenkwerk copies --json`',
  status: '`lenkwerk status --json`',
  nodes: 'the storage nodes in those of `verify` and `status`',
} as const;

export const spec: VerbSpec = {
  description: 'print a JSON Schema, for editors and programs',
  arguments: [
    {
      name: '[document]',
      description: `of ${Object.entries(SCHEMAS)
        .map(([name, what]) => `${what} (${name})`)
        .join(', ')}`,
      choices: Object.keys(SCHEMAS),
      default: 'cluster',
    },
  ],
  project: 'nothing',
  examples: ['lenkwerk schema > cluster.schema.json', 'lenkwerk schema plan'],
};

export async function run(context: CommandContext, document: string): Promise<Exit> {
  const file = new URL(`../../../schema/${document}.schema.json`, import.meta.url);
  await context.print(await readFile(file, 'utf8'));
  return 'success';
}
