/** The health of the agents of a process, for its supervisor and for orchestrators. */

import { type HttpAnswer, plain } from '../../runtime/listen.js';
import type { AgentState } from '../agent/counters.js';
import { waitingSeconds } from './metrics.js';
import type { TargetStatus } from './target-agent.js';

const READY_STATES: ReadonlySet<AgentState> = new Set(['streaming', 'standby']);

/**
 * 200 when every target is active or a standby; otherwise 503 with the reasons and what helps. With
 * `lag`, also 503 when a change has waited for more seconds than that; 400 when it is no number.
 */
export function readiness(
  targets: readonly TargetStatus[],
  query: URLSearchParams,
  nowMs: number,
): HttpAnswer {
  const text = query.get('lag');
  const limit = text === null ? Number.POSITIVE_INFINITY : Number(text);
  if (text !== null && !/^\d+(\.\d+)?$/.test(text)) {
    return plain(400, 'lag is a number of seconds, as in /readyz?lag=30');
  }
  const listed = targets.map((status) => {
    const lag = waitingSeconds(status, nowMs) ?? 0;
    const why = lag > limit ? `a change has waited for ${lag} s to be published` : status.reason;
    return { ...shown(status), reason: why, isReady: isReady(status) && lag <= limit };
  });
  const ready = listed.length > 0 && listed.every((one) => one.isReady);
  return report(ready, { ready, targets: listed.map(({ isReady: _, ...one }) => one) });
}

/**
 * 200 when this agent is the one that publishes to `target`, without it to every target; otherwise
 * 503 with the reason.
 */
export function activity(targets: readonly TargetStatus[], query: URLSearchParams): HttpAnswer {
  const name = query.get('target');
  const asked = targets.filter(({ target }) => name === null || target === name);
  if (asked.length === 0) {
    const reason = name === null ? 'it has no target yet' : 'this agent does not serve that target';
    return report(false, { active: false, reason, targets: [] });
  }
  const active = asked.every(({ state }) => state === 'streaming');
  return report(active, { active, targets: asked.map(shown) });
}

function isReady({ state }: TargetStatus): boolean {
  return READY_STATES.has(state);
}

function shown({ target, state, reason, hint, sinceMs }: TargetStatus) {
  return { target, state, reason, hint, since: new Date(sinceMs).toISOString() };
}

function report(isGood: boolean, document: object): HttpAnswer {
  const body = `${JSON.stringify(document)}\n`;
  return { status: isGood ? 200 : 503, contentType: 'application/json', body };
}
