/** A Prometheus that evaluates the rules of examples/monitoring, faster than they are written. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LOOPBACK, onFreePort } from '../../../src/dev/ports.js';
import { ThrowAwayServer } from '../../../src/dev/server.js';
import { waitFor } from '../wait.js';
import { findPrometheus } from './prometheus.js';

const RULES = new URL('../../../examples/monitoring/rules.yml', import.meta.url);
const INTERVAL = '250ms';
const FIRES_WITHIN_MS = 60_000;

/** What takes minutes takes a second, and thresholds are what a test can reach. */
const SCALES: readonly (readonly [RegExp, string])[] = [
  [/for: \d+m/g, 'for: 1s'],
  [/lag_seconds\) > 30/, 'lag_seconds) > 1'],
  [/kept_wal_bytes\) > 1e9/, 'kept_wal_bytes) > 1e5'],
  [/> 90000/, '> 2'],
  [/\) > 5$/m, ') > 2'],
];

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Alerts {
  readonly data: { readonly alerts: readonly Alert[] };
}

/** Scrapes these addresses until the test ends. */
export async function startPrometheus(addresses: readonly string[]) {
  const program = await findPrometheus();
  if (program === undefined) throw new Error('Prometheus is not installed here');
  const server = await ThrowAwayServer.create({ name: 'prometheus', guardSignal: 'KILL' });
  onTestFinished(async () => {
    await server.end('SIGKILL');
    await server.remove();
  });
  const rules = SCALES.reduce(
    (text, [from, to]) => text.replace(from, to),
    await readFile(RULES, 'utf8'),
  );
  await writeFile(join(server.folder, 'rules.yml'), rules);
  const jobs = [{ job_name: 'lenkwerk', static_configs: [{ targets: addresses }] }];
  const global = {
    scrape_interval: INTERVAL,
    scrape_timeout: INTERVAL,
    evaluation_interval: INTERVAL,
  };
  const config = { global, rule_files: ['rules.yml'], scrape_configs: jobs };
  // Every JSON document is YAML.
  await writeFile(join(server.folder, 'prometheus.yml'), JSON.stringify(config));
  const url = await onFreePort(async (port) => {
    const place = `${LOOPBACK}:${port}`;
    const args = [
      `--config.file=${join(server.folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(server.folder, 'data')}`,
      `--web.listen-address=${place}`,
    ];
    const isReady = () =>
      fetch(`http://${place}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await server.start({ ...program, args }, isReady);
    return `http://${place}`;
  });
  // An increase is seen from the first scrape on.
  const isScraped = async () => {
    const answer = await fetch(`${url}/api/v1/query?query=count(up==1)`);
    return (await answer.text()).includes(`,"${addresses.length}"]`);
  };
  await waitFor(isScraped, { what: 'a scrape of all', timeoutMs: FIRES_WITHIN_MS });
  const firing = async (): Promise<readonly string[]> => {
    const answer: Alerts = JSON.parse(await (await fetch(`${url}/api/v1/alerts`)).text());
    const names = answer.data.alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels }) => (labels['alertname'] ?? '').replace('Lenkwerk', ''));
    return [...new Set(names)].toSorted();
  };
  /** Resolves when all of these fire. */
  const untilFiring = async (...expected: readonly string[]) => {
    let seen: readonly string[] = [];
    const areFiring = async () => {
      seen = await firing();
      return expected.every((name) => seen.includes(name));
    };
    const what = `the alerts ${expected.join(' ')}`;
    await waitFor(areFiring, { what, timeoutMs: FIRES_WITHIN_MS });
  };
  /** Resolves when none but these fires. */
  const untilOnly = (...expected: readonly string[]) =>
    waitFor(async () => (await firing()).every((name) => expected.includes(name)), {
      what: `no alerts but ${expected.join(' ')}`,
      timeoutMs: FIRES_WITHIN_MS,
    });
  return { untilFiring, untilOnly };
}
