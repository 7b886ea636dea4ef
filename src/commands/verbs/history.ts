/** `lenkwerk history`: who applied what, and whether the log was tampered with. */
import type { Client } from 'pg';
import { getApplyLogEntry, listApplyLog, verifyApplyLog } from '../../database/apply-log.js';
import { LenkwerkError } from '../../model/errors.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import { entryJson, entryText, historyJson, historyText } from '../../rendering/reports/history.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export interface HistoryFlags {
  readonly limit: number;
}

/** Exit 1 when the chain of the log is broken: then nothing in it can be relied on. */
export async function run(
  context: CommandContext,
  id: bigint | undefined,
  { limit }: HistoryFlags,
): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'history');
  try {
    const broken = await verifyApplyLog(client);
    const { json } = context.flags;
    if (id === undefined) {
      const entries = await listApplyLog(client, limit);
      await context.print(json ? historyJson(entries, broken) : historyText(entries, broken));
    } else {
      const entry = await requireEntry(client, id);
      await context.print(
        json ? entryJson(entry, broken) : entryText(entry, { broken, color: context.color }),
      );
    }
    return broken === undefined ? EXIT.success : EXIT.failure;
  } finally {
    await client.end();
  }
}

async function requireEntry(client: Client, id: bigint) {
  const entry = await getApplyLogEntry(client, id);
  if (entry !== undefined) return entry;
  throw new LenkwerkError('usage', `there is no apply ${id}`, {
    hint: '`lenkwerk history` lists them',
  });
}
