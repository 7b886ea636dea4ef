/** What a scrape reports, and how a gauge shows it for each target. */
import { Gauge, type Registry } from 'prom-client';
import type { SlotActivity } from '../../postgres/slots.js';
import type { TargetStatus } from './target-agent.js';

/** The state that a scrape reports. */
export interface MetricsSample {
  readonly version: string;
  readonly nowMs: number;
  readonly targets: readonly TargetStatus[];
  /** undefined: the database did not answer. */
  readonly slots: readonly SlotActivity[] | undefined;
  /** undefined: no node acknowledges anything, or it was not read. */
  readonly nodes: NodesSample | undefined;
}

/** What the storage nodes acknowledge. */
export interface NodesSample {
  /** How many of those that are expected are in each state. */
  readonly states: ReadonlyMap<string, number>;
  /** The lowest of their positions; undefined: none is known. */
  readonly slowestLsn: bigint | undefined;
}

/** Sets the values of a metric to those of the sample. */
export type Fill = (sample: MetricsSample) => void;

/** A gauge with a value for each target that has one. */
export function perTarget(registry: Registry, name: string, help: string) {
  const metric = new Gauge({
    name: `lenkwerk_agent_${name}`,
    help,
    labelNames: ['target'],
    registers: [registry],
  });
  return (
    targets: readonly TargetStatus[],
    measure: (status: TargetStatus) => number | undefined,
  ): void => {
    metric.reset();
    for (const status of targets) {
      const value = measure(status);
      if (value !== undefined) metric.set({ target: status.target }, value);
    }
  };
}
