/** `lenkwerk validate`: everything that can be told without a database. */

import { requireManifests } from '../../applying/desired.js';
import { expressionsOf, vettingOf } from '../../applying/vetting.js';
import { SECTIONS } from '../../model/kinds.js';
import type { DesiredState } from '../../model/resources.js';
import { escapeJson, printable } from '../../model/text.js';
import { expressionProblems } from '../../planning/expressions/vet.js';
import { PlanProblemsError } from '../../planning/problems.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export async function run(context: CommandContext, paths: readonly string[]): Promise<ExitCode> {
  const { desired, files } = await requireManifests(context, paths);
  context.progress.step('vetting the expressions');
  await requireVettedExpressions(desired);
  const counts = countResources(desired);
  if (context.flags.json) {
    const document = { valid: true, files, resources: Object.fromEntries(counts) };
    await context.print(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
  } else {
    const what = counts.map(([section, count]) => `${section}: ${count}`).join(', ');
    const source = files.length === 1 ? printable(files[0] ?? '') : `${files.length} files`;
    await context.print(`Valid: ${source} (${what === '' ? 'no section' : what}).\n`);
  }
  return EXIT.success;
}

/** Throws PlanProblemsError with every expression that vetting refuses, at its place. */
async function requireVettedExpressions(desired: DesiredState): Promise<void> {
  await vettingOf(expressionsOf(desired.indexes));
  const problems = expressionProblems(desired);
  if (problems.length > 0) throw new PlanProblemsError(problems);
}

/** Of the managed sections only: what no file names is not ours to count. */
function countResources(desired: DesiredState): readonly (readonly [string, number])[] {
  return SECTIONS.flatMap((section) => {
    const content = desired[section];
    if (content === undefined) return [];
    return [[section, 'length' in content ? content.length : 1] as const];
  });
}
