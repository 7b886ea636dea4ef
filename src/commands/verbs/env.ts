/** `lenkwerk env`: the database and the stores that hold, and the origin of each part. */
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'which database and stores flags, variables and config lead to, and why',
  project: 'file',
  examples: ['lenkwerk env', 'lenkwerk env --json --db postgres://host/lenkwerk'],
};

/** Succeeds whatever it reports, also where the database does not answer. */
export async function run(context: CommandContext): Promise<Exit> {
  const [{ destinations }, { destinationsJson, destinationsText }] = await Promise.all([
    import('../../applying/observe.js'),
    import('../../rendering/reports/env.js'),
  ]);
  const report = await destinations(context);
  await context.print(context.json ? destinationsJson(report) : destinationsText(report));
  return 'success';
}
