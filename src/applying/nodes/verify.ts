/** `verify --nodes`: whether the storage nodes acknowledged the states that were found equal. */
import type { Client } from 'pg';
import { type AskedTarget, areInStep, askNodes } from '../../nodes/ask.js';
import type { NodesReport } from '../../nodes/judge.js';
import type { NodeRows, NodesVerdict, TargetReport } from '../../verifying/verdict.js';
import type { ApplyContext } from '../context/context.js';
import { databaseNow } from '../context/database.js';
import { compareNodes } from './rows.js';

export interface NodesCheck {
  /** How to connect to the databases of the nodes; undefined: their rows are not compared. */
  readonly template: string | undefined;
}

interface NodesWork {
  readonly context: ApplyContext;
  readonly check: NodesCheck;
  readonly database: Client;
  /** Every configured one. */
  readonly targets: readonly AskedTarget[];
  readonly reports: readonly TargetReport[];
  /** Until all have acknowledged it, or the deadline. */
  readonly wait: boolean;
  readonly deadline: AbortSignal;
}

/**
 * What the nodes acknowledged: those of the newest state that was found equal are expected.
 * undefined: none was. Throws what the database throws.
 */
export async function verifyNodes(work: NodesWork): Promise<NodesVerdict | undefined> {
  const { context, check, database, targets, reports, wait, deadline } = work;
  const agreed = reports.flatMap(({ target, agreed: state, position }) =>
    state === undefined || position === undefined ? [] : [{ target, state, lsn: position.lsn }],
  );
  const [newest] = agreed.toSorted((a, b) => Number(b.lsn - a.lsn));
  if (newest === undefined) return undefined;
  const { instances } = newest.state;
  const wanted = new Map(agreed.map(({ target, state }) => [target, state]));
  const now = await databaseNow(database);
  const report = await askNodes({ instances, targets, wanted, now }, { wait, deadline });
  const { template } = check;
  const { nodes } = report;
  // Nodes that were waited for in vain leave no time.
  const isAsked = template !== undefined && !deadline.aborted;
  const asked = isAsked ? { template, nodes, targets, deadline } : undefined;
  const rows = asked && (await compareNodes(context, asked));
  return { ...report, verdict: verdictOf(report, rows), rows };
}

/** The worst: a difference is one of a single position, whatever else is not known. */
function verdictOf(report: NodesReport, rows: readonly NodeRows[] = []): NodesVerdict['verdict'] {
  if (rows.some(({ differences }) => differences.length > 0)) return 'diverged';
  if (rows.some(({ problem }) => problem !== undefined)) return 'inconclusive';
  return areInStep(report) ? 'converged' : 'lagging';
}
