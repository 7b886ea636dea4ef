/** `lenkwerk doctor`: checks what the program needs, and reports remedies. */
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'check everything that is needed, and report how to repair it',
  examples: ['lenkwerk doctor', 'lenkwerk doctor -U lenkwerk_agent --json'],
};

/** Fails when a check failed; warnings do not count. */
export async function run(context: CommandContext): Promise<Exit> {
  const [{ doctor }, { findingsJson, findingsText }] = await Promise.all([
    import('../../applying/observe.js'),
    import('../../rendering/reports/doctor.js'),
  ]);
  const findings = await doctor(context);
  await context.print(context.json ? findingsJson(findings) : findingsText(findings));
  return findings.some(({ level }) => level === 'fail') ? 'failure' : 'success';
}
