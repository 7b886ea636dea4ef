/**
 * The text format of Prometheus, and the metrics that every process of ours reports.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

interface MetricWords {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'histogram';
}

interface MetricSample {
  /** Of the metric's name, such as `_bucket`; absent: none. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The lines of one metric; newline at the end. Without samples it has none. */
export function metricText(
  { name, help, type }: MetricWords,
  samples: readonly MetricSample[],
): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ suffix = '', labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const shown = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
    return `${name}${suffix}${shown} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(label: string): string {
  return label.replace(/["\\\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

/**
 * Gauges of prom-client with the names of counters, which `promtool check metrics` refuses; the
 * same numbers are in `nodejs_active_handles`, `_requests` and `_resources`, by type.
 */
export const MISNAMED_METRICS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
] as const;
