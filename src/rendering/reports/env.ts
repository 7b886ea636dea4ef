/** The report of `lenkwerk env`, as text and as JSON. */
import { escapeJson, printable } from '../../model/text.js';
import type { DestinationReport } from '../../observing/destinations.js';

/** A line per part of the database and per target; newline at the end. */
export function destinationsText(report: DestinationReport): string {
  const { project, database, targets, unread } = report;
  const lines = [
    ...(project === undefined ? [] : projectLines(project)),
    'database:',
    ...database.map(({ name, value, from }) => `  ${name}: ${value} (${from})`),
    ...(unread === undefined ? [] : [`the recorded stores are unknown: ${unread}`]),
    ...targets.flatMap(targetLines),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

type Project = NonNullable<DestinationReport['project']>;

function projectLines({ file, environments, environment }: Project): readonly string[] {
  if (environment === undefined) {
    const known = environments.length === 0 ? 'it has none' : `it has ${environments.join(', ')}`;
    return [`project: ${file}`, `environment: none (${known})`];
  }
  const { name, chosenBy, cluster = 'any', paths, allow, requiresPlanFile } = environment;
  return [
    `project: ${file}`,
    `environment: ${name} (${chosenBy})`,
    `  cluster: ${cluster}`,
    `  paths: ${paths.join(', ')}`,
    `  allowed dangers: ${allow.length === 0 ? 'none' : allow.join(', ')}`,
    `  applies: ${requiresPlanFile ? 'saved plans only' : 'manifests and saved plans'}`,
  ];
}

function targetLines({ name, store, loginFrom, problem }: DestinationReport['targets'][number]) {
  if (store === undefined) return [`target ${name}: ${problem}`];
  const login = loginFrom.length === 0 ? 'none' : loginFrom.join(', ');
  return [`target ${name}:`, `  store: ${store.place} (${store.from})`, `  login: ${login}`];
}

/** `{project, database, targets, unread}`, indented, with null for what is missing. */
export function destinationsJson(report: DestinationReport): string {
  const { project, database, targets, unread } = report;
  const document = {
    project: project === undefined ? null : projectJson(project),
    database: Object.fromEntries(database.map(({ name, value, from }) => [name, { value, from }])),
    targets: targets.map(({ name, store, loginFrom, problem }) => {
      return { target: name, store: store ?? null, login: loginFrom, problem: problem ?? null };
    }),
    unread: unread ?? null,
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

function projectJson({ file, environments, environment }: Project): object {
  if (environment === undefined) return { file, environments, environment: null };
  const { name, chosenBy, cluster = null, paths, allow, requiresPlanFile } = environment;
  const chosen = { name, chosenBy, cluster, paths, allow, requiresPlanFile };
  return { file, environments, environment: chosen };
}
