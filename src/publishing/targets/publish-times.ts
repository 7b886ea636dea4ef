/** The histogram of how long changes waited to be published. */
import { metricText } from '../../model/exposition.js';
import { PUBLISH_BOUNDS_SECONDS } from '../agent/counters.js';
import type { TargetStatus } from './target-agent.js';

const WORDS = {
  name: 'lenkwerk_agent_publish_seconds',
  help: 'How long the oldest change of a write waited, from its receipt until it was published.',
  type: 'histogram',
} as const;

/**
 * The lines of the histogram. prom-client counts in its own objects alone, and the agent counts
 * whether or not it is scraped.
 */
export function publishTimesText(targets: readonly TargetStatus[]): string {
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
  return metricText(WORDS, samples);
}
