/** What the console shows: everything of one moment, read without a write. */
import type { Client } from 'pg';
import { type BrokenEntry, verifyApplyLog } from '../database/log/chain.js';
import { type ListedApply, listApplyLog } from '../database/log/list.js';
import { inSnapshot, readRecorded, readReplacements } from '../database/state.js';
import { addressOf } from '../model/address.js';
import { LenkwerkError } from '../model/errors.js';
import type { RecordedState } from '../model/resources.js';
import { hideRecorded } from '../model/secrets/values.js';
import { readStatus, type StatusReport } from '../observing/status.js';
import { type CopiesReport, reportCopies } from '../planning/instances/copies.js';
import { KeySpace } from '../publishing/records/key-space.js';
import { readPublished } from '../publishing/records/published.js';
import { overallVerdict, type TargetReport, type VerifyReport } from '../verifying/verdict.js';
import type { ApplyContext } from './context/context.js';
import { withAnswersWithin, withDatabase } from './context/database.js';
import { readTargets, withStore } from './context/stores.js';
import { type DesiredSource, loadDefault, loadDesired } from './desired.js';
import { verifyTargets } from './verify.js';

export interface ConsoleHistory {
  /** The newest first. */
  readonly entries: readonly ListedApply[];
  /** The first entry that breaks the chain of the log; undefined: the chain holds. */
  readonly broken: BrokenEntry | undefined;
  readonly expected: undefined;
}

type Timed = RecordedState['dimensions'][number] | RecordedState['indexes'][number];

export interface ConsoleState {
  readonly status: StatusReport;
  readonly verify: VerifyReport;
  /** Why the manifests could not be read; undefined: they were, or there are none. */
  readonly unreadable: string | undefined;
  readonly database: string;
  readonly copies: CopiesReport;
  readonly timed: readonly { readonly address: string; readonly row: Timed }[];
  /** undefined: this role may not read the log of applies. */
  readonly history: ConsoleHistory | undefined;
}

/** How long a read may take. */
const READ_TIMEOUT_MS = 5_000;
/** While something differs, a barrier confirms it at most once in this time. */
const CONFIRM_AGAIN_MS = 60_000;
const MAX_APPLIES = 100;

/**
 * A function that reads everything; `paths` as `loadDesired` takes them. A difference that was
 * confirmed stays so for a minute while the store shows the same; another one is unconfirmed until
 * then. It throws what the database throws.
 */
export function consoleReader(
  given: ApplyContext,
  paths: readonly string[],
): () => Promise<ConsoleState> {
  const context = withAnswersWithin(given, READ_TIMEOUT_MS);
  let confirmedAtMs = Number.NEGATIVE_INFINITY;
  let confirmed: readonly TargetReport[] = [];
  return async () => {
    const mayConfirm = performance.now() - confirmedAtMs >= CONFIRM_AGAIN_MS;
    const { source, unreadable } = await readManifestsOf(context, paths);
    const seen = await verifyTargets(context, {
      ...{ source, targets: [], wait: false, repair: false, nodes: undefined },
      timeoutMs: READ_TIMEOUT_MS,
      mayConfirm: () => {
        if (mayConfirm) confirmedAtMs = performance.now();
        return mayConfirm;
      },
    });
    const targets = seen.targets.map((target) => stillConfirmed(target, confirmed));
    confirmed = targets.filter(({ verdict }) => verdict === 'diverged');
    const verify = { ...seen, targets, verdict: overallVerdict(seen, targets) };
    const rest = await withDatabase(context, 'console', (client) => readRest(context, client));
    return { ...rest, verify, unreadable };
  };
}

/** The confirmed report of the target, where the same keys still hold the same. */
function stillConfirmed(seen: TargetReport, confirmed: readonly TargetReport[]): TargetReport {
  if (seen.verdict !== 'unconfirmed') return seen;
  const before = confirmed.find(({ target }) => target === seen.target);
  const isSame = JSON.stringify(before?.differences) === JSON.stringify(seen.differences);
  return before !== undefined && isSame ? before : seen;
}

interface Manifests {
  readonly source: DesiredSource | undefined;
  readonly unreadable: string | undefined;
}

async function readManifestsOf(
  context: ApplyContext,
  paths: readonly string[],
): Promise<Manifests> {
  try {
    const load = paths.length > 0 ? loadDesired(context, paths) : loadDefault(context);
    return { source: await load, unreadable: undefined };
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return { source: undefined, unreadable: error.message };
  }
}

async function readRest(context: ApplyContext, client: Client) {
  const status = await readStatus(client, await readTargets(context, client));
  const { recorded, replacements } = await inSnapshot(client, async () => ({
    recorded: await readRecorded(client),
    replacements: await readReplacements(client),
  }));
  const history = status.lastApply === 'hidden' ? undefined : await readLog(client);
  const { dimensions, indexes, database } = recorded;
  const timed = [
    ...dimensions.map((row) => ({ address: addressOf('dimension', row), row })),
    ...indexes.map((row) => ({ address: addressOf('index', row), row })),
  ];
  const copies = reportCopies(recorded, { without: [], replacements });
  return { status, database, copies, timed, history };
}

async function readLog(client: Client): Promise<ConsoleHistory> {
  const broken = await verifyApplyLog(client);
  return { entries: await listApplyLog(client, MAX_APPLIES), broken, expected: undefined };
}

/** A published record, without secrets. */
export interface PublishedKey {
  readonly key: string;
  readonly value: string;
  readonly revision: string;
}

/** What the store of a target holds. Throws as `withStore`, and what the store throws. */
export async function readKeys(
  context: ApplyContext,
  target: string,
): Promise<readonly PublishedKey[]> {
  return await withStore(context, target, async (store) => {
    const records = await readPublished(store, new KeySpace(store.prefix));
    return records.map(({ key, value, modRevision }) => {
      return { key, value: hideRecorded('', value), revision: String(modRevision) };
    });
  });
}
