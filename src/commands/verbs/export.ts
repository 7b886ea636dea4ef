/** `lenkwerk export`: the recorded state as a manifest, whose plan is empty. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { escapeJson, printable } from '../../model/text.js';
import { type CommandContext, remarkNotices, type VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';
import { FORCE, keepSettingsFiles } from '../outputs.js';
import { writeResultFile } from '../result-file.js';

export const spec: VerbSpec = {
  description: 'write what is recorded as a manifest',
  options: [
    {
      flags: '--out <path>',
      description: 'a file, or a folder for cluster.yaml (default: print it)',
    },
    FORCE,
    {
      flags: '--strict',
      description: `exit ${EXITS.differences.code} when a row stands in a comment only`,
      default: false,
    },
  ],
  examples: ['lenkwerk export', 'lenkwerk export --out cluster/'],
};

interface ExportFlags {
  /** A file, or a folder (created if missing) for a `cluster.yaml`; absent: stdout. */
  readonly out?: string;
  readonly force: boolean;
  /** Another exit where no manifest can hold a row. */
  readonly strict: boolean;
}

const FILE_NAME = 'cluster.yaml';

export async function run(
  context: CommandContext,
  { out, force, strict }: ExportFlags,
): Promise<Exit> {
  const { exportManifest } = await import('../../applying/export/export.js');
  const { manifest, leftOut, notices } = await exportManifest(context);
  const sentences = leftOut.map(({ address, reason }) => {
    return `${address} stands in a comment, and is not managed: ${reason}`;
  });
  remarkNotices(context, [...sentences, ...notices]);
  const file = out === undefined ? undefined : await fileFor(out);
  if (file !== undefined) {
    await keepSettingsFiles(context);
    // A manifest is edited by hand from then on, so that no earlier one is replaced.
    const kept = { isPrivate: true, isReplaced: false, inputs: context.inputs };
    const target = { ...kept, file, force, mark: undefined };
    await writeResultFile(target, manifest, prepareFolder);
  }
  if (context.json) {
    const document = { file: file ?? null, leftOut, notices, manifest };
    await context.print(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
  } else {
    await context.print(file === undefined ? manifest : `Written: ${printable(file)}\n`);
  }
  return strict && leftOut.length > 0 ? 'differences' : 'success';
}

async function fileFor(out: string): Promise<string> {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => out.endsWith('/'),
  );
  return isFolder ? join(out, FILE_NAME) : out;
}

async function prepareFolder(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
}
