/** `lenkwerk get`: one published record. */

import { withStore } from '../../applying/stores.js';
import type { StoreSettings } from '../../kvstore/settings.js';
import type { KeyValueStore, StoredValue } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { formatJson, parseJson } from '../../model/json.js';
import { escapeJson } from '../../model/text.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export interface LookFlags {
  /** Which store to look at. */
  readonly target: string;
}

/** `key` without the prefix that the store's settings put before all keys. */
export async function run(
  context: CommandContext,
  key: string,
  { target }: LookFlags,
): Promise<ExitCode> {
  const get = async (store: KeyValueStore, { prefix }: StoreSettings) => {
    const found = await store.read(prefix + key);
    if (found === undefined) {
      throw new LenkwerkError('invalid-input', `nothing is published as ${prefix}${key}`, {
        hint: 'keys look like /Config/kafka_topic, /PostgresInstance/HOST/PORT or /Servermap',
      });
    }
    await context.print(context.flags.json ? recordJson(prefix + key, found) : line(found.value));
    return EXIT.success;
  };
  return await withStore(context, get, target);
}

function recordJson(key: string, { value, modRevision }: StoredValue): string {
  const head = `"key":${JSON.stringify(key)},"revision":"${modRevision}"`;
  return line(`{${head},"value":${embedded(value)}}`);
}

/** The value as JSON, numbers exact; as a string when somebody put something else there. */
export function embedded(value: string): string {
  try {
    return formatJson(parseJson(value));
  } catch {
    return JSON.stringify(value);
  }
}

function line(json: string): string {
  return `${escapeJson(json)}\n`;
}
