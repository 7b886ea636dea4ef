/** What the metrics of an agent show of the storage nodes. */
import { readInstances } from '../../database/state.js';
import { LenkwerkError } from '../../model/errors.js';
import { observeNodes } from '../../nodes/ask.js';
import { countStates, type NodesReport } from '../../nodes/judge.js';
import type { NodesSample } from '../../publishing/targets/sample.js';
import type { ApplyContext } from '../context/context.js';
import { databaseNow, withAnswersWithin, withDatabase } from '../context/database.js';
import { readTargets } from '../context/stores.js';

/** However often it is scraped, the stores are asked at most once in this time. */
const SAMPLE_AGE_MS = 15_000;
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Returns a function that gives what the last look at the nodes found, and begins another one when
 * that is too old: a scrape waits for no store. The result is undefined where there is none yet,
 * where no node acknowledges anything, and where the database did not answer.
 */
export function sampledNodes(given: ApplyContext): () => NodesSample | undefined {
  const context = withAnswersWithin(given, ANSWER_TIMEOUT_MS);
  let last: NodesSample | undefined;
  let isLooking = false;
  let lookedMs = Number.NEGATIVE_INFINITY;
  const look = async () => {
    try {
      last = sampleOf(await lookAtNodes(context));
    } catch (error) {
      if (!(error instanceof LenkwerkError)) throw error;
      last = undefined;
    } finally {
      isLooking = false;
    }
  };
  return () => {
    const nowMs = performance.now();
    if (!isLooking && nowMs - lookedMs >= SAMPLE_AGE_MS) {
      isLooking = true;
      lookedMs = nowMs;
      void look();
    }
    return last;
  };
}

async function lookAtNodes(context: ApplyContext): Promise<NodesReport> {
  const question = await withDatabase(context, 'agent metrics', async (client) => ({
    instances: await readInstances(client),
    targets: await readTargets(context, client),
    now: await databaseNow(client),
  }));
  return await observeNodes({ ...question, wanted: 'current' });
}

function sampleOf({ nodes, isUsed }: NodesReport): NodesSample | undefined {
  if (!isUsed) return undefined;
  const positions = nodes.flatMap(({ acknowledgement }) => acknowledgement?.applied?.lsn ?? []);
  const slowestLsn = positions.toSorted((a, b) => Number(a - b))[0];
  return { states: countStates(nodes), slowestLsn };
}
