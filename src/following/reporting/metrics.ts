/**
 * The state of a follower in the text format of Prometheus.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { MISNAMED_METRICS } from '../../model/exposition.js';
import { FOLLOWER_STATES, type FollowerStatus, isInStep } from '../status.js';

const COUNTS = {
  commits: 'Local transactions, each with the position of a checkpoint.',
  changes: 'Records that were saved or deleted.',
  comparisons: 'Times that all records were compared with the tables.',
  foreign_writes: 'Revisions in which another client changed records, which are not applied.',
  refusals: 'Times that the tables did not take what is published.',
  failures: 'Sessions that ended by a failure.',
  acknowledgements: 'Acknowledgements that the store took.',
  acknowledgement_failures: 'Acknowledgements that it did not take.',
  runs: 'Runs of the command of --exec.',
  run_failures: 'Runs of it that failed.',
} as const;

interface Exposition {
  readonly contentType: string;
  readonly render: (status: FollowerStatus) => Promise<string>;
}

/** A separate registry, with prom-client's default metrics of the process. */
export function createExposition(version: string): Exposition {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name);
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `lenkwerk_${name}`, help, labelNames, registers: [registry] });
  gauge('build_info', 'Always 1; the version is a label.', ['version']).set({ version }, 1);
  const state = gauge('follower_state', '1 for the state it is in, 0 for the others.', ['state']);
  const inStep = gauge(
    'follower_in_step',
    '1 when the tables show the checkpoint that was seen last.',
  );
  const position = gauge('follower_lsn_bytes', 'The position that the tables show.');
  const counters = Object.entries(COUNTS).map(([name, help]) => ({
    name,
    counter: new Counter({ name: `lenkwerk_follower_${name}_total`, help, registers: [registry] }),
  }));
  return {
    contentType: registry.contentType,
    render: (status) => {
      for (const one of FOLLOWER_STATES) state.set({ state: one }, one === status.state ? 1 : 0);
      inStep.set(isInStep(status) ? 1 : 0);
      if (status.applied !== undefined) position.set(Number(status.applied.lsn));
      const counts = countsOf(status);
      for (const { name, counter } of counters) {
        counter.reset();
        counter.inc(counts.get(name) ?? 0);
      }
      return registry.metrics();
    },
  };
}

function countsOf(status: FollowerStatus): ReadonlyMap<string, number> {
  return new Map<string, number>(
    Object.entries(status).flatMap(([name, value]) => {
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return typeof value === 'number' ? [[snake, value]] : [];
    }),
  );
}
