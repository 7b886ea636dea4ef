import { addressOf } from '../../model/address.js';
import { INTERFACE_KEYS } from '../../model/installation.js';
import { equalJson, formatJson, tryParseJson } from '../../model/json.js';
import type { DesiredConfigEntry, RecordedConfigEntry } from '../../model/resources.js';
import { HIDDEN } from '../../model/secrets/names.js';
import { hideRecorded, holdsHidden, isStoreConfigKey } from '../../model/secrets/values.js';
import { compareText } from '../../model/text.js';
import type { ChangeOf } from '../change.js';
import { textOfScalar } from '../periods.js';
import type { PlanProblem } from '../problems.js';
import {
  NO_NOTICES,
  narrowList,
  RECORDED,
  readRecordedJson,
  type SectionPlan,
  type SectionPlanner,
} from './section.js';

type ConfigChange = ChangeOf<'config'>;

/** How the section `config` is planned. */
export const CONFIG: SectionPlanner<'config'> = {
  plan: ({ desired, managed }) => planConfig(desired.config, managed.config),
  notices: NO_NOTICES,
  addresses: ({ desired: { config = [] } }) => config.map(address),
  fromRecorded: ({ config }) => ({
    config: [...config]
      .sort((a, b) => compareText(a.key, b.key))
      .map(({ key, value }) => ({
        key,
        value: readRecordedJson(hideRecorded(key, value), `config ${key}`),
        source: RECORDED,
      })),
  }),
  narrow: ({ desired, kept, chosen }) => ({
    config: narrowList(desired.config, kept.config, (entry) => chosen(address(entry))),
  }),
};

function address({ key }: { readonly key: string }): string {
  return addressOf('config', { key });
}

/** Storage nodes run these values, or join them into statements. */
const COMMANDS: ReadonlySet<string> = new Set([
  ...['schaufel_cmd', 'schaufel_log', 'additional_index_types', 'bagger_db'],
]);

function planConfig(
  desired: readonly DesiredConfigEntry[] | undefined,
  recorded: readonly RecordedConfigEntry[],
): SectionPlan {
  if (desired === undefined) return { changes: [], problems: [] };
  const remaining = new Map(recorded.map((entry) => [entry.key, entry]));
  const changes: ConfigChange[] = [];
  const problems: PlanProblem[] = [];
  for (const wanted of desired) {
    const before = remaining.get(wanted.key);
    remaining.delete(wanted.key);
    if (before !== undefined && sameMeaning(wanted, before)) continue;
    if (holdsHidden(wanted.value, wanted.key)) problems.push(unknown(wanted));
    else changes.push(writing(wanted, before && withoutSecrets(before)));
  }
  for (const before of remaining.values()) changes.push(deletion(withoutSecrets(before)));
  return { changes, problems };
}

/** What a plan shows of a row is printed, reviewed and kept in the log of applies. */
function withoutSecrets(row: RecordedConfigEntry): RecordedConfigEntry {
  return { ...row, value: hideRecorded(row.key, row.value) };
}

function unknown(wanted: DesiredConfigEntry): PlanProblem {
  return {
    address: address(wanted),
    message: `${HIDDEN} stands for the recorded secret, but another part of the value differs`,
    hint: isStoreConfigKey(wanted.key)
      ? 'refer to the secret: passwordEnv or passwordFile instead of password'
      : 'change that part with SQL, which keeps the secret',
    source: wanted.source,
  };
}

/** A desired secret that is HIDDEN is the recorded one. */
function sameMeaning(wanted: DesiredConfigEntry, row: RecordedConfigEntry): boolean {
  const recorded = holdsHidden(wanted.value, wanted.key) ? withoutSecrets(row) : row;
  if (formatJson(wanted.value) === recorded.value) return true;
  // JSON that this program does not read is equal only to the same text.
  const value = tryParseJson(recorded.value);
  if (value === undefined) return false;
  if (equalJson(wanted.value, value)) return true;
  if (!INTERFACE_KEYS.has(wanted.key)) return false;
  const text = textOfScalar(wanted.value);
  return text !== undefined && text === textOfScalar(value);
}

function writing(
  wanted: DesiredConfigEntry,
  before: RecordedConfigEntry | undefined,
): ConfigChange {
  const value = formatJson(wanted.value);
  return {
    kind: 'config',
    address: address(wanted),
    action: before === undefined ? 'create' : 'update',
    before: before ?? null,
    after: before === undefined ? { key: wanted.key, value } : { ...before, value },
    reason: before === undefined ? 'not set yet' : 'the value differs',
    source: wanted.source,
    dangers: COMMANDS.has(wanted.key) ? ['node:command'] : [],
  };
}

function deletion(before: RecordedConfigEntry): ConfigChange {
  return {
    kind: 'config',
    address: address(before),
    action: 'delete',
    before,
    after: null,
    reason: 'no manifest names it',
    source: null,
    dangers: ['delete:config'],
  };
}
