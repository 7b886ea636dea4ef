/** `lenkwerk status`: positions, lag, slots, and the active agents. */
import type { CommandContext, VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: `positions, lag, slots and who is active, of every target; with trouble exits ${EXITS.differences.code}`,
  examples: ['lenkwerk status', 'lenkwerk status --json'],
};

export async function run(context: CommandContext): Promise<Exit> {
  const [{ status }, { statusJson, statusText }] = await Promise.all([
    import('../../applying/observe.js'),
    import('../../rendering/reports/status.js'),
  ]);
  const report = await status(context);
  await context.print(context.json ? statusJson(report) : statusText(report));
  return report.troubles.length > 0 ? 'differences' : 'success';
}
