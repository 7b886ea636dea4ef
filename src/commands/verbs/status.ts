/** `lenkwerk status`: positions, lag, slots, and who is active. */

import { targetsStep } from '../../applying/stores.js';
import { readStatus } from '../../observing/status.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import { statusJson, statusText } from '../../rendering/reports/status.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

/** Exits with 0 whatever it has to tell: it informs, `verify` and `doctor` judge. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'status');
  try {
    const report = await readStatus(client, await targetsStep(context, client));
    await context.print(context.flags.json ? statusJson(report) : statusText(report));
    return EXIT.success;
  } finally {
    await client.end();
  }
}
