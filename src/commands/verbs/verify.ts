/** `lenkwerk verify`: do desired, recorded and published agree? */
import type { Client } from 'pg';
import { planStep } from '../../applying/current-plan.js';
import { requireManifests } from '../../applying/desired.js';
import { targetsStep } from '../../applying/stores.js';
import { getApplyLogEntry, listApplyLog } from '../../database/apply-log.js';
import { desiredFrom } from '../../manifest/load.js';
import { SourceFile } from '../../manifest/source.js';
import { assert } from '../../model/errors.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import { requirePrimary } from '../../postgres/server.js';
import { KeySpace } from '../../publishing/records/key-space.js';
import { gitCommit } from '../../runtime/git-commit.js';
import { verifyAndRepair } from '../../verifying/repair.js';
import type { LastApply, Verdict, VerifyReport } from '../../verifying/verdict.js';
import { type Planner, type VerifyRequest, verify } from '../../verifying/verify.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import {
  formatReport,
  requireOneForm,
  type VerifyOutputFlags,
  writeReportFiles,
} from '../outputs.js';

export interface VerifyFlags extends VerifyOutputFlags {
  readonly wait: boolean;
  /** Ask the agent to set right what diverged. */
  readonly repair: boolean;
  readonly target: string;
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
  requireOneForm(context.flags.json, flags);
  const plan = paths.length === 0 ? undefined : await plannerOf(context, paths);
  const settings = connectionSettings(context.flags.connection, context.environment);
  context.progress.step('connecting to the database');
  const database = await openConnection(settings, 'verify');
  try {
    await requirePrimary(database);
    const applied = plan === undefined ? NOTHING_APPLIED : await lastApply(context, database);
    const { target, wait } = flags;
    const timeoutMs = flags.timeout * 1_000;
    const { signal, progress } = context;
    const onStep = (what: string) => progress.step(what);
    const question = { target, wait, timeoutMs, plan, ...applied, signal, onStep };
    progress.step('connecting to the store');
    const store = await storeOf(context, database, target);
    const report = await ask({ ...question, database, ...store }, flags).finally(() =>
      store.store.close(),
    );
    await writeReportFiles(report, flags);
    await context.print(formatReport(report, context.flags.json, flags));
    return EXIT_OF_VERDICT[report.verdict];
  } finally {
    await database.end();
  }
}

async function ask(request: VerifyRequest, { repair }: VerifyFlags): Promise<VerifyReport> {
  return repair ? (await verifyAndRepair(request)).now : verify(request);
}

async function storeOf(context: CommandContext, database: Client, target: string) {
  const [found] = await targetsStep(context, database, [target]);
  assert(found !== undefined, 'a target that was asked for is told');
  if ('problem' in found) throw found.problem;
  const { settings } = found;
  return { store: await settings.connect(), keySpace: new KeySpace(settings.prefix) };
}

async function plannerOf(context: CommandContext, paths: readonly string[]): Promise<Planner> {
  const { desired } = await requireManifests(context, paths);
  const commit = await gitCommit(paths.find((path) => path !== '-') ?? '.');
  const step = { desired, toolVersion: context.version, gitCommit: commit };
  return (recorded, now) => planStep(step, recorded, now);
}

interface Applied {
  readonly planLastApply: Planner | undefined;
  readonly lastApply: LastApply | undefined;
}

const NOTHING_APPLIED: Applied = { planLastApply: undefined, lastApply: undefined };

/** The newest apply and its desired state, as the log holds it. */
async function lastApply(context: CommandContext, client: Client): Promise<Applied> {
  const [newest] = await listApplyLog(client, 1);
  const entry = newest === undefined ? undefined : await getApplyLogEntry(client, newest.id);
  if (entry === undefined) return NOTHING_APPLIED;
  const { id, appliedAt, databaseUser, author, gitCommit: commit } = entry;
  const lastApply = { id, appliedAt, databaseUser, author, gitCommit: commit };
  if (entry.desired === null) return { planLastApply: undefined, lastApply };
  const loaded = await desiredFrom([new SourceFile(`apply ${id}`, entry.desired)]);
  if (loaded.kind === 'problems') return { planLastApply: undefined, lastApply };
  const step = { desired: loaded.desired, toolVersion: context.version, gitCommit: commit };
  return { planLastApply: (recorded, now) => planStep(step, recorded, now), lastApply };
}
