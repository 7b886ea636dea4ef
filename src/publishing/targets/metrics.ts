/**
 * The state of the agents in the text format of Prometheus.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { MISNAMED_METRICS, metricText } from '../../model/exposition.js';
import { AGENT_STATES, type AgentCounters, PUBLISH_BOUNDS_SECONDS } from '../agent/counters.js';
import { type Fill, type MetricsSample, perTarget } from './sample.js';
import { slotMetrics } from './slot-metrics.js';
import type { TargetStatus } from './target-agent.js';

type CountName = Extract<
  keyof AgentCounters,
  | 'transactions'
  | 'changes'
  | 'writes'
  | 'resyncs'
  | 'restarts'
  | 'storeFailures'
  | 'fenced'
  | 'foreignWrites'
  | 'repairs'
>;

const COUNTS: Readonly<Record<CountName, string>> = {
  transactions: 'Committed transactions that were received.',
  changes: 'Keys that were put or deleted.',
  writes: 'Transactions with the store, each with a checkpoint.',
  resyncs: 'Times that everything was compared and published again.',
  restarts: 'Attempts after a failure.',
  storeFailures: 'Requests that the store did not answer, or refused for a reason that may pass.',
  fenced: 'Times that another agent had taken over.',
  foreignWrites: 'Revisions in which another client changed published keys.',
  repairs: 'Foreign writes that were repaired.',
};

interface Exposition {
  readonly contentType: string;
  readonly render: (sample: MetricsSample) => Promise<string>;
}

/** A separate registry, with prom-client's default metrics of the process. */
export function createExposition(): Exposition {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name);
  const metrics = [
    ...processMetrics(registry),
    ...agentMetrics(registry),
    ...slotMetrics(registry),
    ...nodeMetrics(registry),
  ];
  return {
    contentType: registry.contentType,
    render: async (sample) => {
      for (const metric of metrics) metric(sample);
      return (await registry.metrics()) + publishTimesText(sample.targets);
    },
  };
}

function processMetrics(registry: Registry): readonly Fill[] {
  const registers = [registry];
  const build = new Gauge({
    name: 'lenkwerk_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers,
  });
  const database = new Gauge({
    name: 'lenkwerk_database_up',
    help: '1 when the database answered this scrape.',
    registers,
  });
  return [
    ({ version }) => build.set({ version }, 1),
    ({ slots }) => database.set(slots === undefined ? 0 : 1),
  ];
}

function agentMetrics(registry: Registry): readonly Fill[] {
  const state = new Gauge({
    name: 'lenkwerk_agent_state',
    help: '1 for the state that the target is in, 0 for the others.',
    labelNames: ['target', 'state'],
    registers: [registry],
  });
  const fillState: Fill = ({ targets }) => {
    state.reset();
    for (const { target, state: now } of targets) {
      for (const name of AGENT_STATES) state.set({ target, state: name }, name === now ? 1 : 0);
    }
  };
  const counts = Object.entries(COUNTS).map(([name, help]) => countMetric(registry, name, help));
  const lag = perTarget(
    registry,
    'lag_seconds',
    'How long a received change has waited to be published.',
  );
  const storeUp = perTarget(
    registry,
    'store_up',
    '1 when the store answers the active agent; 0: /readyz and `lenkwerk doctor` name what helps.',
  );
  const since = perTarget(
    registry,
    'state_since_timestamp_seconds',
    'When the target entered the state that it is in.',
  );
  const committed = perTarget(
    registry,
    'published_commit_timestamp_seconds',
    'When the newest published transaction was committed; absent after a resync until the next.',
  );
  const position = perTarget(registry, 'checkpoint_lsn_bytes', 'The position published last.');
  return [
    fillState,
    ...counts,
    ({ targets, nowMs }) => lag(targets, (status) => waitingSeconds(status, nowMs)),
    ({ targets }) => storeUp(targets, isStoreUp),
    ({ targets }) => since(targets, ({ sinceMs }) => sinceMs / 1_000),
    ({ targets }) => committed(targets, committedSeconds),
    ({ targets }) => position(targets, ({ counters }) => positionOf(counters)),
  ];
}

/**
 * How long a received change has waited, in seconds. Only the active agent of a target has this
 * value; the others return undefined.
 */
export function waitingSeconds(
  { state, counters }: TargetStatus,
  nowMs: number,
): number | undefined {
  if (state !== 'streaming' && state !== 'blocked') return undefined;
  const { waitingSinceMs } = counters;
  return waitingSinceMs === undefined ? 0 : Math.max(0, nowMs - waitingSinceMs) / 1000;
}

function committedSeconds({ state, counters }: TargetStatus): number | undefined {
  const { committedMs } = counters;
  const isActive = state === 'streaming' || state === 'blocked';
  return isActive && committedMs !== undefined ? committedMs / 1_000 : undefined;
}

/** A standby does not ask its store. */
function isStoreUp({ state, counters: { storeUp } }: TargetStatus): number | undefined {
  if (state === 'standby' || storeUp === undefined) return undefined;
  return storeUp ? 1 : 0;
}

function positionOf({ publishedLsn }: AgentCounters): number | undefined {
  return publishedLsn === 0n ? undefined : Number(publishedLsn);
}

function countMetric(registry: Registry, name: string, help: string): Fill {
  const metric = new Counter({
    name: `lenkwerk_agent_${snakeCase(name)}_total`,
    help,
    labelNames: ['target'],
    registers: [registry],
  });
  return ({ targets }) => {
    metric.reset();
    for (const { target, counters } of targets) {
      const count = Object.entries(counters).find(([counter]) => counter === name)?.[1];
      metric.inc({ target }, Number(count));
    }
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function nodeMetrics(registry: Registry): readonly Fill[] {
  const registers = [registry];
  const states = new Gauge({
    name: 'lenkwerk_nodes',
    help: 'Storage nodes that may be read or written, by what they acknowledged of every target.',
    labelNames: ['state'],
    registers,
  });
  const slowest = new Gauge({
    name: 'lenkwerk_nodes_slowest_lsn_bytes',
    help: 'The lowest position that any of them acknowledged.',
    registers,
  });
  return [
    ({ nodes }) => {
      states.reset();
      for (const [state, count] of nodes?.states ?? []) states.set({ state }, count);
    },
    ({ nodes }) => {
      if (nodes?.slowestLsn === undefined) slowest.remove();
      else slowest.set(Number(nodes.slowestLsn));
    },
  ];
}

const PUBLISH_SECONDS = {
  name: 'lenkwerk_agent_publish_seconds',
  help: 'How long the oldest change of a write waited, from its receipt until it was published.',
  type: 'histogram',
} as const;

/**
 * The lines of the histogram. prom-client counts in its own objects alone, and the agent counts
 * whether or not it is scraped.
 */
function publishTimesText(targets: readonly TargetStatus[]): string {
  const samples = targets.flatMap(({ target, counters: { publishTimes } }) => {
    const { within, count, sumSeconds } = publishTimes;
    const bucket = (le: string, value: number) => {
      return { suffix: '_bucket', labels: { target, le }, value };
    };
    return [
      ...PUBLISH_BOUNDS_SECONDS.map((bound, at) => bucket(String(bound), within[at] ?? 0)),
      bucket('+Inf', count),
      { suffix: '_sum', labels: { target }, value: sumSeconds },
      { suffix: '_count', labels: { target }, value: count },
    ];
  });
  return metricText(PUBLISH_SECONDS, samples);
}
