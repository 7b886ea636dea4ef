/** `lenkwerk validate`: everything that can be checked without a database. */
import { SECTIONS } from '../../model/kinds.js';
import type { DesiredState } from '../../model/resources.js';
import { escapeJson, printable } from '../../model/text.js';
import { type CommandContext, PATHS, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'check manifests without a database',
  arguments: [PATHS],
  examples: ['lenkwerk validate cluster/', 'lenkwerk validate --json a.yaml'],
};

export async function run(context: CommandContext, paths: readonly string[]): Promise<Exit> {
  const { readManifests } = await import('../../applying/desired.js');
  const { desired, files } = await readManifests(context, paths);
  context.onStep('vetting the expressions');
  const { judgeManifests } = await import('../../applying/plan/vetting.js');
  const notices = await judgeManifests(desired);
  const counts = countResources(desired);
  if (context.json) {
    const document = { valid: true, files, resources: Object.fromEntries(counts), notices };
    await context.print(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
  } else {
    const what = counts.map(([section, count]) => `${section}: ${count}`).join(', ');
    const source = files.length === 1 ? printable(files[0] ?? '') : `${files.length} files`;
    for (const notice of notices) context.remark(`note: ${printable(notice)}\n`);
    await context.print(`Valid: ${source} (${what === '' ? 'no section' : what}).\n`);
  }
  return 'success';
}

/** Counts the managed sections only: sections that no file names are not ours. */
function countResources(desired: DesiredState): readonly (readonly [string, number])[] {
  return SECTIONS.flatMap((section) => {
    const content = desired[section];
    if (content === undefined) return [];
    return [[section, 'length' in content ? content.length : 1] as const];
  });
}
