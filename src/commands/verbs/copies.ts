/** `lenkwerk copies`: where data lies, and what could be read without some instances. */
import { type CommandContext, seconds, type VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: `where the copies of data are; where an entry has no readable one exits ${EXITS.differences.code}`,
  options: [
    {
      flags: '--without <host[:port]>',
      description: 'leave this instance out, or every one on this host; may be repeated',
      repeatable: true,
    },
    {
      flags: '--timeout <seconds>',
      description: 'how long the server may take for an answer',
      parse: seconds,
      default: 30,
    },
  ],
  examples: [
    'lenkwerk copies',
    'lenkwerk copies --without db1.example.com --without db2.example.com:5433',
    'lenkwerk copies --without db1.example.com --json',
  ],
};

interface CopiesFlags {
  readonly without: readonly string[];
  /** Seconds that the server may take to answer. */
  readonly timeout: number;
}

export async function run(
  context: CommandContext,
  { without, timeout }: CopiesFlags,
): Promise<Exit> {
  const [{ readCopies }, { copiesJson, copiesText }] = await Promise.all([
    import('../../applying/copies.js'),
    import('../../rendering/reports/copies.js'),
  ]);
  const report = await readCopies(context, { without, answerTimeoutMs: timeout * 1_000 });
  await context.print(context.json ? copiesJson(report) : copiesText(report));
  return report.unreadable.length > 0 ? 'differences' : 'success';
}
