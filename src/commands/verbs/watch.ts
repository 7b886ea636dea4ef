/** `lenkwerk watch`: what is published, and each change of it, until it is interrupted. */

import { withStore } from '../../applying/stores.js';
import type { StoreSettings } from '../../kvstore/settings.js';
import type { KeyChange, KeyValueStore, WatchEvent } from '../../kvstore/store.js';
import { escapeJson, printable } from '../../model/text.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { embedded, type LookFlags } from './get.js';

/** With `--json`: one JSON document per line and revision, as the stream has no end. */
export async function run(
  context: CommandContext,
  keyPrefix: string,
  { target }: LookFlags,
): Promise<ExitCode> {
  const watch = async (store: KeyValueStore, { prefix }: StoreSettings) => {
    const format = context.flags.json ? eventJson : eventText;
    const events = store.watch({ prefix: prefix + keyPrefix, signal: context.signal });
    for await (const event of events) {
      if (!(await context.print(format(event)))) break;
    }
    return EXIT.success;
  };
  return await withStore(context, watch, target);
}

function eventText(event: WatchEvent): string {
  if (event.kind === 'changes') {
    return event.changes.map((change) => changeText(event.revision, change)).join('');
  }
  const { revision, records } = event.snapshot;
  const lines = records.map((record) => changeText(record.modRevision, record));
  return [`# everything as of revision ${revision}: ${records.length} keys\n`, ...lines].join('');
}

function changeText(revision: bigint, { key, value }: KeyChange): string {
  const what = value === undefined ? 'deleted' : printable(value);
  return `${revision} ${printable(key)} ${what}\n`;
}

function eventJson(event: WatchEvent): string {
  const revision = event.kind === 'changes' ? event.revision : event.snapshot.revision;
  const list = event.kind === 'changes' ? event.changes : event.snapshot.records;
  const changes = list.map(({ key, value }) => {
    const json = value === undefined ? 'null' : embedded(value);
    return `{"key":${JSON.stringify(key)},"deleted":${value === undefined},"value":${json}}`;
  });
  const head = `"kind":"${event.kind}","revision":"${revision}"`;
  return `${escapeJson(`{${head},"changes":[${changes.join(',')}]}`)}\n`;
}
