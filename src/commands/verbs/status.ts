/** `lenkwerk status`: positions, lag, slots, and the active agents. */
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'positions, lag, slots and who is active, of every target',
  examples: ['lenkwerk status', 'lenkwerk status --json'],
};

/** Succeeds whatever it reports: only `verify` and `doctor` judge. */
export async function run(context: CommandContext): Promise<Exit> {
  const [{ status }, { statusJson, statusText }] = await Promise.all([
    import('../../applying/observe.js'),
    import('../../rendering/reports/status.js'),
  ]);
  const report = await status(context);
  await context.print(context.json ? statusJson(report) : statusText(report));
  return 'success';
}
