/** `lenkwerk export`: the recorded state as a manifest, whose plan is empty. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { escapeJson, printable } from '../../model/text.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { writeResultFile } from '../outputs.js';

export const spec: VerbSpec = {
  description: 'write what is recorded as a manifest',
  options: [
    {
      flags: '--out <path>',
      description: 'a file, or a folder for cluster.yaml (default: print it)',
    },
  ],
  examples: ['lenkwerk export', 'lenkwerk export --out cluster/'],
};

interface ExportFlags {
  /** A file, or a folder (created if missing) for a `cluster.yaml`; absent: stdout. */
  readonly out?: string;
}

const FILE_NAME = 'cluster.yaml';

export async function run(context: CommandContext, { out }: ExportFlags): Promise<Exit> {
  const { exportManifest } = await import('../../applying/export.js');
  const { manifest, notices } = await exportManifest(context);
  for (const notice of notices) context.remark(`note: ${printable(notice)}\n`);
  const file = out === undefined ? undefined : await fileFor(out);
  if (file !== undefined) {
    await writeResultFile({ file, isPrivate: true }, manifest, prepareFolder);
  }
  if (context.json) {
    const document = { file: file ?? null, notices, manifest };
    await context.print(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
  } else {
    await context.print(file === undefined ? manifest : `Written: ${printable(file)}\n`);
  }
  return 'success';
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
