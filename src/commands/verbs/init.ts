/**
 * `lenkwerk init`: sets the database up, adopts an existing one, reports what is missing, or takes
 * away what it created.
 */
import type { InitFlags, InitResult, NodeInitResult, RemoveResult } from '../../applying/init.js';
import { counted, escapeJson, printable } from '../../model/text.js';
import type { CommandContext, VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'set the Lenkwerk database up, or adopt one that an existing Bagger created',
  options: [
    {
      flags: '--check',
      description: `only report what would be done; exit ${EXITS.differences.code} when something would`,
      default: false,
    },
    {
      flags: '--create-database',
      description: 'create the database itself when it is missing',
      default: false,
    },
    {
      flags: '--roles',
      description: 'create group roles with the least rights for each kind of work',
      default: false,
    },
    {
      flags: '--node',
      description: 'the database is that of a storage node, whose tables `lenkwerk follow` writes',
      default: false,
    },
    {
      flags: '--remove',
      description:
        "take away what init created: the agents' slots, the log of applies, publication, roles; no row of the tables",
      default: false,
    },
    {
      flags: '--new-identity',
      description: 'the database is a copy: give it a uuid and activations of its own',
      default: false,
    },
  ],
  examples: [
    'lenkwerk init -d lenkwerk --create-database',
    'lenkwerk init --check --json',
    'lenkwerk init --node -d bagger',
  ],
  // The environments of a project have the Lenkwerk database.
  project: ({ node }) => (node === true ? 'nothing' : 'environment'),
};

export async function run(context: CommandContext, flags: InitFlags): Promise<Exit> {
  const { init, initNode, removeInit } = await import('../../applying/init.js');
  if (flags.remove) {
    const removal = await removeInit(context, flags);
    await context.print(
      context.json ? json(removal, REMOVAL_FIELDS) : removalText(removal, flags.check),
    );
    return flags.check && removal.removed.length > 0 ? 'differences' : 'success';
  }
  if (flags.node) {
    const result = await initNode(context, flags);
    await context.print(
      context.json
        ? json(result, NODE_FIELDS)
        : reportText({ ...result, cluster: undefined }, flags.check),
    );
    return flags.check && result.done.length > 0 ? 'differences' : 'success';
  }
  const result = await init(context, flags);
  const notes = result.otherReaders.map(noteOn);
  const report = { ...result, notes, cluster: result.clusterId };
  await context.print(context.json ? json(result, INIT_FIELDS) : reportText(report, flags.check));
  return flags.check && result.done.length > 0 ? 'differences' : 'success';
}

const NODE_FIELDS = ['done', 'present', 'notes', 'next'] as const;
const INIT_FIELDS = ['clusterId', 'done', 'present', 'files', 'otherReaders', 'next'] as const;
const REMOVAL_FIELDS = ['clusterId', 'removed', 'kept', 'next'] as const;

function json<Result>(result: Result, fields: readonly (keyof Result & string)[]): string {
  const shown = fields.map((field) => [field, result[field]]);
  return `${escapeJson(JSON.stringify(Object.fromEntries(shown), null, 2))}\n`;
}

interface Report extends Pick<NodeInitResult, 'done' | 'present' | 'where' | 'notes' | 'next'> {
  /** undefined: the database is that of a node, which has none. */
  readonly cluster: string | undefined;
}

function reportText({ done, present, cluster, ...result }: Report, check: boolean): string {
  const where = printable(result.where);
  const next = [
    ...result.notes.map((note) => `note: ${note}`),
    ...result.next.map((step) => `next: ${step}`),
  ];
  if (done.length === 0) {
    const which = cluster === undefined ? 'for a storage node' : `(cluster ${cluster})`;
    return `${[`Nothing to do: ${where} is set up ${which}.`, ...next].join('\n')}\n`;
  }
  const heading = check ? `init would create in ${where}:` : `Created in ${where}:`;
  const lines = done.map((fact) => `  + ${printable(fact)}`);
  const kept = `${counted(present.length, 'object')} existed before.`;
  const named = check || cluster === undefined ? [] : [`Cluster ${cluster}.`];
  return `${[heading, ...lines, kept, ...named, ...next].join('\n')}\n`;
}

/** The order is that of examples/adopt. */
function noteOn({ slot, plugin, active }: InitResult['otherReaders'][number]): string {
  const state = active ? 'active' : 'inactive';
  return [
    `slot ${printable(slot)} (${printable(plugin)}, ${state}) gives another program the changes of this database.`,
    'From `init` on updates and deletes show the whole old row, and a program that parses them may misread them.',
    'End it before `init`; afterwards start `lenkwerk agent`, and when `lenkwerk verify` answers "converged":',
    `SELECT pg_drop_replication_slot('${printable(slot)}')`,
  ].join('\n      ');
}

function removalText(removal: RemoveResult, check: boolean): string {
  const { removed, kept, next } = removal;
  const where = printable(removal.where);
  const heading = check ? `init --remove would take from ${where}:` : `Taken from ${where}:`;
  const lines = [
    removed.length === 0 ? `Nothing to do: init is not set up in ${where}.` : heading,
    ...removed.map((fact) => `  - ${printable(fact)}`),
    `${counted(kept.length, 'object stays', 'objects stay')}${kept.length === 0 ? '.' : ':'}`,
    ...kept.map((fact) => `  = ${printable(fact)}`),
    ...removal.staying.map((line) => `note: ${printable(line)}`),
    ...next.map((step) => `next: ${step}`),
  ];
  return `${lines.join('\n')}\n`;
}
