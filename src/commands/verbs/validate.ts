/** `lenkwerk validate`: everything that can be checked without a database. */
import type { ValidSet } from '../../applying/validate.js';
import { SECTIONS } from '../../model/kinds.js';
import type { DesiredState } from '../../model/resources.js';
import { escapeJson, printable } from '../../model/text.js';
import { type CommandContext, PATHS, remarkNotices, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'check manifests without a database; those of every environment without a path',
  arguments: [PATHS],
  project: 'file',
  examples: ['lenkwerk validate cluster/', 'lenkwerk validate --json a.yaml'],
};

export async function run(context: CommandContext, paths: readonly string[]): Promise<Exit> {
  const { validateManifests } = await import('../../applying/validate.js');
  const sets = await validateManifests(context, paths);
  if (context.json) {
    const document = { valid: true, ...documentOf(sets) };
    await context.print(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
    return 'success';
  }
  remarkNotices(
    context,
    sets.flatMap(({ notices }) => notices),
  );
  await context.print(sets.map(lineOf).join(''));
  return 'success';
}

/** One set, or those of the environments by name. */
function documentOf(sets: readonly ValidSet[]): object {
  const members = ({ files, desired, notices }: ValidSet) => {
    return { files, resources: Object.fromEntries(countResources(desired)), notices };
  };
  const [only] = sets;
  if (only !== undefined && only.environment === undefined) return members(only);
  const named = sets.map((set) => [set.environment ?? '', members(set)]);
  return { environments: Object.fromEntries(named) };
}

function lineOf({ environment, files, desired }: ValidSet): string {
  const counts = countResources(desired);
  const what = counts.map(([section, count]) => `${section}: ${count}`).join(', ');
  const source = files.length === 1 ? printable(files[0] ?? '') : `${files.length} files`;
  const name = environment === undefined ? '' : `${environment}, `;
  return `Valid: ${name}${source} (${what === '' ? 'no section' : what}).\n`;
}

/** Counts the managed sections only: sections that no file names are not ours. */
function countResources(desired: DesiredState): readonly (readonly [string, number])[] {
  return SECTIONS.flatMap((section) => {
    const content = desired[section];
    if (content === undefined) return [];
    return [[section, 'length' in content ? content.length : 1] as const];
  });
}
