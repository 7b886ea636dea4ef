/** `lenkwerk watch`: what is published, and each change of it, until it is interrupted. */
import { hideRecorded } from '../../model/secrets/values.js';
import { counted, escapeJson, printable } from '../../model/text.js';
import { type CommandContext, type LookFlags, STORE_TARGET, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { embedded } from './get.js';

export const spec: VerbSpec = {
  description: 'print what is published, then every change, until interrupted',
  arguments: [
    { name: '[key-prefix]', description: 'only keys that start like this', default: '/' },
  ],
  options: [STORE_TARGET],
  examples: ['lenkwerk watch', 'lenkwerk watch /PostgresInstance/ --json --kv etcd://host:2379'],
};

/** With `--json`: one JSON document per line and revision, as the stream has no end. */
export async function run(
  context: CommandContext,
  keyPrefix: string,
  { target }: LookFlags,
): Promise<Exit> {
  const { withStore } = await import('../../applying/context/stores.js');
  const format = context.json ? eventJson : eventText;
  context.endInOrder();
  await withStore(context, target, async (store) => {
    const prefix = store.prefix + keyPrefix;
    for await (const event of store.watch({ prefix, signal: context.signal })) {
      const { kind } = event;
      const shown: Shown =
        kind === 'changes'
          ? { kind, revision: event.revision, entries: event.changes }
          : { kind, revision: event.snapshot.revision, entries: event.snapshot.records };
      if (!(await context.print(format(withoutSecrets(shown))))) break;
    }
  });
  return 'success';
}

interface Shown {
  readonly kind: 'changes' | 'resync';
  readonly revision: bigint;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly key: string;
  /** undefined: the key was deleted. */
  readonly value: string | undefined;
  /** Of the last change of a record of a resync. */
  readonly modRevision?: bigint;
}

function withoutSecrets({ entries, ...event }: Shown): Shown {
  const hidden = entries.map((entry) => ({
    ...entry,
    value: entry.value === undefined ? undefined : hideRecorded('', entry.value),
  }));
  return { ...event, entries: hidden };
}

function eventText({ kind, revision, entries }: Shown): string {
  const lines = entries.map(({ key, value, modRevision = revision }) => {
    const what = value === undefined ? 'deleted' : printable(value);
    return `${modRevision} ${printable(key)} ${what}\n`;
  });
  const header = `# everything as of revision ${revision}: ${counted(entries.length, 'key')}\n`;
  return `${kind === 'resync' ? header : ''}${lines.join('')}`;
}

function eventJson({ kind, revision, entries }: Shown): string {
  const changes = entries.map(({ key, value }) => {
    const json = value === undefined ? 'null' : embedded(value);
    return `{"key":${JSON.stringify(key)},"deleted":${value === undefined},"value":${json}}`;
  });
  const head = `"kind":"${kind}","revision":"${revision}"`;
  return `${escapeJson(`{${head},"changes":[${changes.join(',')}]}`)}\n`;
}
