import { expect, test } from 'vitest';
import { parseJson } from '../../../../src/model/json.js';
import { NOTHING_MANAGED } from '../../../../src/model/resources.js';
import { makePlan } from '../../../../src/planning/make-plan.js';
import { NOTHING_RECORDED } from '../../../../src/planning/recorded-from-desired.js';

const source = { file: 'a.yaml', line: 1, column: 1 };

/** The number of changes where a key is recorded and desired with these JSON texts. */
function changes(key: string, recorded: string, desired: string): number {
  const plan = makePlan({
    desired: { ...NOTHING_MANAGED, config: [{ key, value: parseJson(desired), source }] },
    recorded: { ...NOTHING_RECORDED, config: [{ id: 1, key, value: recorded }] },
    ...{ now: '2026-11-23 10:30:00', toolVersion: '0', gitCommit: null },
  });
  return plan.changes.length;
}

test.each([
  ...['production', 'allow_backedated_indexes', 'dimensions_hrs_in_future'],
  ...['indexes_hrs_in_future', 'bagger_db', 'retain_hrs', 'data_storage_mode', 'kafka_topic'],
  ...['kafka_broker', 'kafka_consumer_group', 'schaufel_threads', 'schaufel_cmd', 'schaufel_log'],
  ...['kvstore_type', 'kvstore_config', 'additional_index_types', 'connections_per_request'],
  ...['disable_seq_scan', 'require_time'],
])('%s: a number and the text of its digits are equal', (key) => {
  expect(changes(key, '"1"', '1')).toBe(0);
  expect(changes(key, '1', '"1"')).toBe(0);
  expect(changes(key, '1', '"2"')).toBe(1);
  expect(changes(key, 'true', '"true"')).toBe(1);
});

test('a key that the interface does not know keeps its type', () => {
  expect(changes('other', '"1"', '1')).toBe(1);
  expect(changes('other', '1.0', '1')).toBe(0);
});

test('JSON that this program does not read is equal to the same text alone', () => {
  const deep = `${'['.repeat(600)}1${']'.repeat(600)}`;
  expect(changes('other', deep, '1')).toBe(1);
});
