/** `lenkwerk init`: sets the database up, adopts an existing one, or tells what is missing. */
import {
  createDatabaseIfMissing,
  type InitialiseReport,
  initialise,
} from '../../database/setup/init.js';
import { NEXT_STEPS } from '../../database/setup/roles.js';
import { escapeJson, printable } from '../../model/text.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings, describeConnection } from '../../postgres/connection-settings.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export interface InitFlags {
  /** Only tell what would be done; exit 2 when something would. */
  readonly check: boolean;
  readonly createDatabase: boolean;
  /** Make the group roles as well. */
  readonly roles: boolean;
}

export async function run(context: CommandContext, flags: InitFlags): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  context.progress.step('connecting to the database');
  const created =
    flags.createDatabase && !flags.check ? await createDatabaseIfMissing(settings) : false;
  const client = await openConnection(settings, 'init');
  try {
    context.progress.step('setting the database up');
    const report = await initialise(client, { check: flags.check, roles: flags.roles });
    const done = created ? [`database ${settings.database}`, ...report.done] : report.done;
    const result = { ...report, done, next: flags.roles ? NEXT_STEPS : [] };
    const where = describeConnection(settings);
    await context.print(
      context.flags.json ? reportJson(result) : reportText(result, { where, check: flags.check }),
    );
    return flags.check && done.length > 0 ? EXIT.differences : EXIT.success;
  } finally {
    await client.end();
  }
}

interface InitResult extends InitialiseReport {
  /** What is left to the administrator. */
  readonly next: readonly string[];
}

function reportJson({ clusterId, done, present, files, next }: InitResult): string {
  return `${escapeJson(JSON.stringify({ clusterId, done, present, files, next }, null, 2))}\n`;
}

interface ReportPlace {
  readonly where: string;
  readonly check: boolean;
}

function reportText(result: InitResult, place: ReportPlace): string {
  const { clusterId, done, present } = result;
  const where = printable(place.where);
  const next = result.next.map((step) => `next: ${step}`);
  if (done.length === 0) {
    return `${[`Nothing to do: ${where} is set up (cluster ${clusterId}).`, ...next].join('\n')}\n`;
  }
  const heading = place.check ? `init would make in ${where}:` : `Made in ${where}:`;
  const lines = done.map((fact) => `  + ${printable(fact)}`);
  const kept = `${present.length} ${present.length === 1 ? 'thing was' : 'things were'} there before.`;
  const cluster = place.check ? [] : [`Cluster ${clusterId}.`];
  return `${[heading, ...lines, kept, ...cluster, ...next].join('\n')}\n`;
}
