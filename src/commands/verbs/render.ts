/** `lenkwerk render`: the merged manifests as one. */
import { escapeJson } from '../../model/text.js';
import { type CommandContext, PATHS, readSource, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'print the merged manifests with their overrides as one manifest',
  arguments: [PATHS],
  examples: ['lenkwerk render cluster/', 'lenkwerk render --env staging'],
};

export async function run(context: CommandContext, paths: readonly string[]): Promise<Exit> {
  const { desired } = await readSource(context, paths);
  const { writeManifest } = await import('../../manifest/write-manifest.js');
  const manifest = writeManifest(desired);
  const text = () => `${escapeJson(JSON.stringify({ manifest }, null, 2))}\n`;
  await context.print(context.json ? text() : manifest);
  return 'success';
}
