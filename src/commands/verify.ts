/** `lenkwerk verify`: do desired, recorded and published agree? */
import type { Client } from 'pg';
import { getApplyLogEntry, listApplyLog } from '../lenkwerk/apply-log.js';
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings } from '../lenkwerk/connection-settings.js';
import { desiredFrom } from '../manifest/load.js';
import { SourceFile } from '../manifest/source-file.js';
import { DEFAULT_TARGET } from '../publishing/agent.js';
import { KeySpace } from '../publishing/key-space.js';
import { verifyJson, verifyText } from '../rendering/verify.js';
import { gitCommit } from '../runtime/git-commit.js';
import { verifyAndRepair } from '../verifying/repair.js';
import type { Verdict, VerifyReport } from '../verifying/verdict.js';
import { type Planner, type VerifyRequest, verify } from '../verifying/verify.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { requireManifests } from './manifests.js';
import { planStep } from './plan-step.js';
import { withStore } from './store-step.js';

export interface VerifyFlags {
  readonly wait: boolean;
  /** Ask the agent to set right what diverged. */
  readonly repair: boolean;
  /** Seconds that the agent is given. */
  readonly timeout: number;
}

const EXIT_OF_VERDICT: Readonly<Record<Verdict, ExitCode>> = {
  converged: EXIT.success,
  pending: EXIT.differences,
  drifted: EXIT.differences,
  diverged: EXIT.differences,
  lagging: EXIT.notConverged,
  inconclusive: EXIT.notConverged,
};

/** Without paths only recorded and published are compared. */
export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: VerifyFlags,
): Promise<ExitCode> {
  const plan = paths.length === 0 ? undefined : await plannerOf(context, paths);
  const settings = connectionSettings(context.flags.connection, context.environment);
  return await withStore(context, async (store, { prefix }) => {
    const database = await openConnection(settings, 'verify');
    try {
      const request: VerifyRequest = {
        database,
        store,
        keySpace: new KeySpace(prefix),
        target: DEFAULT_TARGET,
        plan,
        planLastApply: plan === undefined ? undefined : await lastApply(context, database),
        timeoutMs: flags.timeout * 1_000,
        wait: flags.wait,
        signal: context.signal,
      };
      const report = flags.repair ? await repaired(context, request) : await verify(request);
      await context.print(context.flags.json ? verifyJson(report) : verifyText(report));
      return EXIT_OF_VERDICT[report.verdict];
    } finally {
      await database.end();
    }
  });
}

/** What was found goes to stderr, since the result is what holds after the repair. */
async function repaired(context: CommandContext, request: VerifyRequest): Promise<VerifyReport> {
  const { found, now } = await verifyAndRepair(request);
  if (now !== found) context.remark(`${verifyText(found)}repaired through the agent\n`);
  return now;
}

async function plannerOf(context: CommandContext, paths: readonly string[]): Promise<Planner> {
  const { desired } = await requireManifests(context, paths);
  const commit = await gitCommit(paths.find((path) => path !== '-') ?? '.');
  const step = { desired, toolVersion: context.version, gitCommit: commit };
  return (recorded, now) => planStep(step, recorded, now);
}

/** The desired state of the newest apply, as its log entry holds it; undefined without one. */
async function lastApply(context: CommandContext, client: Client): Promise<Planner | undefined> {
  const [newest] = await listApplyLog(client, 1);
  const entry = newest === undefined ? undefined : await getApplyLogEntry(client, newest.id);
  if (entry?.desired === undefined || entry.desired === null) return undefined;
  const loaded = desiredFrom([new SourceFile(`apply ${entry.id}`, entry.desired)]);
  if (loaded.kind === 'problems') return undefined;
  const { desired } = loaded;
  const step = { desired, toolVersion: context.version, gitCommit: entry.gitCommit };
  return (recorded, now) => planStep(step, recorded, now);
}
