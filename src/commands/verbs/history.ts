/** `lenkwerk history`: the applies with their authors, and whether the log was altered. */
import { InvalidArgumentError } from 'commander';
import { applyId, type CommandContext, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'list the applies, newest first, or show one',
  arguments: [{ name: '[id]', description: 'show this one whole', parse: applyId }],
  options: [{ flags: '--limit <number>', description: 'how many', parse: positive, default: 20 }],
  examples: ['lenkwerk history --limit 5', 'lenkwerk history 41 --json'],
};

interface HistoryFlags {
  readonly limit: number;
}

/** Fails when the chain of the log is broken: then no entry is reliable. */
export async function run(
  context: CommandContext,
  id: bigint | undefined,
  { limit }: HistoryFlags,
): Promise<Exit> {
  const [{ readApply, readHistory }, report] = await Promise.all([
    import('../../applying/history.js'),
    import('../../rendering/reports/history.js'),
  ]);
  const { json, color } = context;
  if (id === undefined) {
    const { entries, broken } = await readHistory(context, limit);
    const format = json ? report.historyJson : report.historyText;
    await context.print(format(entries, broken));
    return broken === undefined ? 'success' : 'failure';
  }
  const { entry, broken } = await readApply(context, id);
  await context.print(
    json ? report.entryJson(entry, broken) : report.entryText(entry, { broken, color }),
  );
  return broken === undefined ? 'success' : 'failure';
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 999999.');
}
