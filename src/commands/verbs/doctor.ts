/** `lenkwerk doctor`: is everything there that the program needs, and what to do about the rest. */

import { targetsStep } from '../../applying/stores.js';
import { examine } from '../../observing/doctor.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import { findingsJson, findingsText } from '../../rendering/reports/doctor.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

/** Exits with 1 when a check failed; warnings do not count. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'doctor');
  try {
    const findings = await examine(client, () => targetsStep(context, client));
    await context.print(context.flags.json ? findingsJson(findings) : findingsText(findings));
    const failed = findings.some(({ level }) => level === 'fail');
    return failed ? EXIT.failure : EXIT.success;
  } finally {
    await client.end();
  }
}
