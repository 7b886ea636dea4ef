/** `lenkwerk init`: sets the database up, adopts an existing one, or tells what is missing. */
import {
  createDatabaseIfMissing,
  type InitialiseReport,
  initialise,
} from '../lenkwerk/bootstrap.js';
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings, describeConnection } from '../lenkwerk/connection-settings.js';
import { printable } from '../model/printable.js';
import { escapeJson } from '../rendering/json.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';

export interface InitFlags {
  /** Only tell what would be done; exit 2 when something would. */
  readonly check: boolean;
  readonly createDatabase: boolean;
}

export async function run(context: CommandContext, flags: InitFlags): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  const created =
    flags.createDatabase && !flags.check ? await createDatabaseIfMissing(settings) : false;
  const client = await openConnection(settings, 'init');
  try {
    const report = await initialise(client, { check: flags.check });
    const done = created ? [`database ${settings.database}`, ...report.done] : report.done;
    const result = { ...report, done };
    const where = describeConnection(settings);
    await context.print(
      context.flags.json ? reportJson(result) : reportText(result, { where, check: flags.check }),
    );
    return flags.check && done.length > 0 ? EXIT.differences : EXIT.success;
  } finally {
    await client.end();
  }
}

function reportJson({ clusterId, done, present, files }: InitialiseReport): string {
  return `${escapeJson(JSON.stringify({ clusterId, done, present, files }, null, 2))}\n`;
}

interface ReportPlace {
  readonly where: string;
  readonly check: boolean;
}

function reportText({ clusterId, done, present }: InitialiseReport, place: ReportPlace): string {
  const where = printable(place.where);
  if (done.length === 0) {
    return `Nothing to do: ${where} is set up (cluster ${clusterId}).\n`;
  }
  const heading = place.check ? `init would make in ${where}:` : `Made in ${where}:`;
  const lines = done.map((fact) => `  + ${printable(fact)}`);
  const kept = `${present.length} ${present.length === 1 ? 'thing was' : 'things were'} there before.`;
  const cluster = place.check ? [] : [`Cluster ${clusterId}.`];
  return `${[heading, ...lines, kept, ...cluster].join('\n')}\n`;
}
