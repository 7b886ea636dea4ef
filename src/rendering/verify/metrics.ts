/**
 * A verdict in the text format of Prometheus. A verify that fails writes nothing: it is seen by the
 * age of the timestamp.
 */
import { metricText } from '../../model/exposition.js';
import { VERDICTS, type VerifyReport } from '../../verifying/verdict.js';

/** The metrics, the verdict of each target first; newline at the end. */
export function verifyMetrics({ verdict: overall, targets }: VerifyReport): string {
  const states = (verdict: string, labels: Readonly<Record<string, string>>) =>
    Object.keys(VERDICTS).map((one) => {
      return { labels: { ...labels, verdict: one }, value: one === verdict ? 1 : 0 };
    });
  const gauge = (name: string, help: string, samples: Parameters<typeof metricText>[1]) =>
    metricText({ name: `lenkwerk_verify_${name}`, help, type: 'gauge' }, samples);
  const perTarget = (measure: (report: VerifyReport['targets'][number]) => number) =>
    targets.map((report) => ({ labels: { target: report.target }, value: measure(report) }));
  const compared = targets.filter(({ verdict }) => verdict !== 'inconclusive');
  return [
    gauge(
      'verdict',
      '1 for the verdict of the target, 0 for the others.',
      targets.flatMap(({ target, verdict }) => states(verdict, { target })),
    ),
    gauge(
      'overall_verdict',
      '1 for the verdict of everything, what is desired included, 0 for the others.',
      states(overall, {}),
    ),
    gauge(
      'keys',
      'Keys that the tables require in the store; absent without a comparison.',
      compared.map(({ target, keys }) => ({ labels: { target }, value: keys })),
    ),
    gauge(
      'foreign_keys',
      'Keys in the store that the tables do not know, or whose value is another.',
      perTarget(({ differences }) => differences.filter(({ kind }) => kind !== 'missing').length),
    ),
    gauge('timestamp_seconds', 'When the verdict was reached.', [
      { labels: {}, value: Math.floor(Date.now() / 1_000) },
    ]),
  ].join('');
}
