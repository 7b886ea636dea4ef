/** `lenkwerk get`: one published record. */
import { LenkwerkError } from '../../model/errors.js';
import { formatJson, parseJson } from '../../model/json.js';
import { hideRecorded } from '../../model/secrets/values.js';
import { escapeJson } from '../../model/text.js';
import { type CommandContext, type LookFlags, STORE_TARGET, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'print one published record',
  arguments: [
    { name: '<key>', description: 'like /Config/kafka_topic, without the prefix of the store' },
  ],
  options: [STORE_TARGET],
  examples: ['lenkwerk get /Servermap', 'lenkwerk get /Config/production'],
};

/** `key` without the prefix that the store's settings put before all keys. */
export async function run(
  context: CommandContext,
  key: string,
  { target }: LookFlags,
): Promise<Exit> {
  const { withStore } = await import('../../applying/context/stores.js');
  await withStore(context, target, async (store) => {
    const whole = store.prefix + key;
    const found = await store.read(whole);
    if (found === undefined) {
      throw new LenkwerkError('invalid-input', `nothing is published as ${whole}`, {
        hint: 'keys look like /Config/kafka_topic, /PostgresInstance/HOST/PORT or /Servermap',
      });
    }
    const { modRevision } = found;
    const value = hideRecorded('', found.value);
    const head = `"key":${JSON.stringify(whole)},"revision":"${modRevision}"`;
    const text = context.json ? `{${head},"value":${embedded(value)}}` : value;
    await context.print(`${escapeJson(text)}\n`);
  });
  return 'success';
}

/** The value as JSON, numbers exact; as a string when it is no JSON. */
export function embedded(value: string): string {
  try {
    return formatJson(parseJson(value));
  } catch {
    return JSON.stringify(value);
  }
}
