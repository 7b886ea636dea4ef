/** The report of `lenkwerk env`, as text and as JSON. */
import { escapeJson, printable } from '../../model/text.js';
import type { DestinationReport } from '../../observing/destinations.js';

/** A line per part of the database and per target; newline at the end. */
export function destinationsText({ database, targets, unread }: DestinationReport): string {
  const lines = [
    'database:',
    ...database.map(({ name, value, from }) => `  ${name}: ${value} (${from})`),
    ...(unread === undefined ? [] : [`the recorded stores are unknown: ${unread}`]),
    ...targets.flatMap(targetLines),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function targetLines({ name, store, loginFrom, problem }: DestinationReport['targets'][number]) {
  if (store === undefined) return [`target ${name}: ${problem}`];
  const login = loginFrom.length === 0 ? 'none' : loginFrom.join(', ');
  return [`target ${name}:`, `  store: ${store.place} (${store.from})`, `  login: ${login}`];
}

/** `{database, targets, unread}`, indented, newline at the end; what is missing is null. */
export function destinationsJson({ database, targets, unread }: DestinationReport): string {
  const document = {
    database: Object.fromEntries(database.map(({ name, value, from }) => [name, { value, from }])),
    targets: targets.map(({ name, store, loginFrom, problem }) => {
      return { target: name, store: store ?? null, login: loginFrom, problem: problem ?? null };
    }),
    unread: unread ?? null,
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}
