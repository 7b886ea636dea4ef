/** The verdicts of verify. The words and their exit codes are a contract with pipelines. */
import type { Section } from '../model/kinds.js';
import type { Lsn } from '../model/lsn.js';
import type { CheckpointMark, Instance, NodeReport, NodesReport } from '../nodes/judge.js';
import type { Plan } from '../planning/plan.js';
import type { Difference } from './compare.js';

/** Every verdict with its meaning, in Markdown, as the README has it; the worst comes last. */
export const VERDICTS = {
  converged: 'desired, recorded and published agree',
  pending: 'git is ahead of the database',
  drifted: 'another client changed the database since the last apply',
  lagging:
    'the agent has not published so far within `--timeout`, or a node did not acknowledge it (`--nodes`)',
  inconclusive:
    "no verdict is possible now: a resync runs, no agent ever ran, a store is silent or another cluster's",
  unconfirmed:
    'the store seems to hold something else, and this role may set no barrier to confirm it',
  diverged: 'the store holds something else than the database, at the same point of the log',
} as const satisfies Readonly<Record<string, string>>;
export type Verdict = keyof typeof VERDICTS;

/** Of recorded and published; only `diverged` is said of one position of the stream. */
type PublishedVerdict = Exclude<Verdict, 'pending' | 'drifted'>;

export interface PublishedReport {
  readonly verdict: PublishedVerdict;
  /** One sentence: the compared states, or why nothing could be proved. */
  readonly detail: string;
  /** What would help; undefined where nothing has to. */
  readonly hint: string | undefined;
  /** The number of keys that the tables require. */
  readonly keys: number;
  readonly differences: readonly Difference[];
  /** The position of the last checkpoint that was read; undefined without one. */
  readonly position: { readonly lsn: Lsn; readonly committedAt: string | undefined } | undefined;
  /** Where the tables and the store agreed; undefined unless they did. */
  readonly agreed: AgreedState | undefined;
}

/** A state that the tables and the store had. */
interface AgreedState extends CheckpointMark {
  readonly instances: readonly Instance[];
}

/** Recorded and published, of one store. */
export interface TargetReport extends PublishedReport {
  readonly target: string;
  /** The differences before a requested repair; undefined when there was none. */
  readonly repaired: readonly Difference[] | undefined;
}

/** The newest apply. */
export interface LastApply {
  readonly id: bigint;
  /** UTC, with microseconds. */
  readonly appliedAt: string;
  readonly databaseUser: string;
  readonly author: string | null;
  readonly gitCommit: string | null;
}

/** What the comparison with the last apply did not look at. */
export interface NotCompared {
  /** The patterns of a partial apply; both empty: it was whole. */
  readonly only: readonly string[];
  readonly exclude: readonly string[];
  /** The sections that it does not manage. */
  readonly sections: readonly Section[];
  /** The addresses that it lists as unmanaged. */
  readonly addresses: readonly string[];
}

/** Desired and recorded. */
export interface DesiredReport {
  /** The desired state that was compared; none: neither manifests nor one of an apply. */
  readonly compared: 'manifests' | 'last-apply' | 'none';
  /** What an apply of the manifests would do; undefined when none were read. */
  readonly plan: Plan | undefined;
  /** The changes of the tables since the last apply; undefined when none is known. */
  readonly drift: Plan | undefined;
  /** Why it is not known, although there was an apply; one sentence. */
  readonly driftUnknown: string | undefined;
  /** What `drift` leaves out; undefined: nothing, or it is not known. */
  readonly notCompared: NotCompared | undefined;
  /** The addresses of `drift` that the manifests leave alone; empty without manifests. */
  readonly unmanaged: readonly string[];
  /** The newest entry of the log of applies; undefined without one. */
  readonly lastApply: LastApply | undefined;
}

export interface VerifyReport extends DesiredReport {
  /** The worst of the targets, of the nodes and of what is desired. */
  readonly verdict: Verdict;
  readonly targets: readonly TargetReport[];
  /** undefined: it was not requested. */
  readonly nodes: NodesVerdict | undefined;
}

/** What the storage nodes have of the states that the tables and the stores agreed on. */
export interface NodesVerdict extends NodesReport {
  readonly verdict: Exclude<PublishedVerdict, 'unconfirmed'>;
  /** The rows of each node; undefined: they were not compared. */
  readonly rows: readonly NodeRows[] | undefined;
}

/** What the tables of a node hold, beside what is published at the position that they show. */
export interface NodeRows extends Pick<NodeReport, 'host' | 'port'> {
  readonly differences: readonly Difference[];
  /** Why they were not compared; undefined: they were. */
  readonly problem: string | undefined;
}

/** A report of one target without differences, for this reason. */
export function nothingToSay(detail: string, hint?: string): PublishedReport {
  const nothing = { keys: 0, differences: [], position: undefined, agreed: undefined };
  return { verdict: 'inconclusive', detail, hint, ...nothing };
}

/** The worst verdict of all, in the order of VERDICTS: the stores precede what is desired. */
export function overallVerdict(
  desired: DesiredReport,
  targets: readonly Pick<PublishedReport, 'verdict'>[],
): Verdict {
  const found = new Set<string>([verdictOf(desired), ...targets.map(({ verdict }) => verdict)]);
  let worst: Verdict = 'converged';
  for (const verdict of VERDICT_NAMES) if (found.has(verdict)) worst = verdict;
  return worst;
}

const VERDICT_NAMES = Object.keys(VERDICTS).filter((name): name is Verdict => name in VERDICTS);

function verdictOf({ plan, drift }: DesiredReport): Verdict {
  const isDrifted = drift !== undefined && drift.changes.length > 0;
  if (plan === undefined) return isDrifted ? 'drifted' : 'converged';
  if (plan.changes.length === 0) return 'converged';
  return isDrifted ? 'drifted' : 'pending';
}
