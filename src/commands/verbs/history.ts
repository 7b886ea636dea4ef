/** `lenkwerk history`: the applies with their authors, and whether the log was altered. */
import { InvalidArgumentError } from 'commander';
import { applyAnchor, applyId, type CommandContext, type VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'list the applies, newest first, or show one',
  arguments: [{ name: '[id]', description: 'show this one whole', parse: applyId }],
  options: [
    { flags: '--limit <number>', description: 'how many', parse: positive, default: 20 },
    {
      flags: '--expect <id:digest>',
      description: `fail (${EXITS.tampered.code}) unless the log still holds this apply and all before it`,
      parse: applyAnchor,
    },
  ],
  examples: ['lenkwerk history --limit 5', 'lenkwerk history 41 --json'],
};

interface HistoryFlags {
  readonly limit: number;
  /** What an apply printed. */
  readonly expect?: ReturnType<typeof applyAnchor>;
}

/** Fails when the chain of the log is broken: then no entry is reliable. */
export async function run(
  context: CommandContext,
  id: bigint | undefined,
  { limit, expect }: HistoryFlags,
): Promise<Exit> {
  const [{ readApply, readHistory }, report] = await Promise.all([
    import('../../applying/history.js'),
    import('../../rendering/reports/history.js'),
  ]);
  const { json, color } = context;
  if (id === undefined) {
    const { entries, ...chain } = await readHistory(context, limit, expect);
    const format = json ? report.historyJson : report.historyText;
    await context.print(format(entries, chain));
    return exitOf(chain);
  }
  const { entry, ...chain } = await readApply(context, id, expect);
  await context.print(
    json ? report.entryJson(entry, chain) : report.entryText(entry, { chain, color }),
  );
  return exitOf(chain);
}

function exitOf({ broken }: { readonly broken: object | undefined }): Exit {
  return broken === undefined ? 'success' : 'tampered';
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 999999.');
}
