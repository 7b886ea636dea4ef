/** fast-check arbitraries of recorded and desired state that overlap, so that plans are rich. */
import fc from 'fast-check';
import { formatJson, parseJson } from '../../../src/model/json.js';
import { dimensionPointer } from '../../../src/model/json-pointer.js';
import type {
  DesiredConfigEntry,
  DesiredDimension,
  DesiredIndex,
  DesiredInstance,
  DesiredServermap,
  DesiredState,
  InstanceStatus,
  PlacedCopies,
  RecordedConfigEntry,
  RecordedDimension,
  RecordedIndex,
  RecordedIndexField,
  RecordedInstance,
  RecordedServermap,
  RecordedState,
  SourcePlace,
  TimeBound,
} from '../../../src/model/resources.js';
import { INSTANCE_STATUSES, NOTHING_MANAGED } from '../../../src/model/resources.js';
import { ringServermap } from '../../../src/model/servermap.js';
import { NOTHING_RECORDED } from '../../../src/planning/recorded-from-desired.js';

export const NOW = '2026-11-23 10:30:00';
const DATABASE = 'lenkwerk';
const SOURCE: SourcePlace = { file: 'cluster.yaml', line: 1, column: 1 };

/** Before, at and after the boundaries that belong to NOW. */
const MOMENTS = [
  '0044-03-15 00:00:00 BC',
  '2026-11-22 00:00:00',
  NOW,
  '2026-11-23 10:30:00.000001',
  '2026-11-23 11:00:00',
  '2026-11-23 12:00:00',
  '2026-11-23 13:00:00',
  '2026-11-23 15:00:00',
  '12026-01-01 00:00:00',
];
const FIELDNAMES = ['/a', '/b', '/c', 'c', '/d/e', 'f/g', '/f~1g', 'h~', '/', '/zz'];
const EXPRESSIONS = [
  "data->'a'",
  "data->'b'",
  "((data->'b')->'c')::bigint",
  "lower(data->>'email')",
];
const INDEX_NAMES = ['base_idx', 'user_idx', 'time_idx', 'ä idx'];
const METHODS = ['btree', 'hash', 'gist', 'gin'];
const HOSTS = ['host1', 'host2', 'host3', 'Host4', '::1'];
const PORTS = [5432, 5433, 15432];

/** Mostly the common case: for all time. */
const bounds: fc.Arbitrary<TimeBound> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ validFrom: '-infinity', validUntil: 'infinity' }) },
  fc.record({
    validFrom: fc.constantFrom('-infinity', ...MOMENTS),
    validUntil: fc.constantFrom('-infinity', 'infinity', ...MOMENTS),
  }),
);

function ids(count: number): fc.Arbitrary<readonly number[]> {
  const id = fc.integer({ min: 1, max: 1000 });
  return fc.uniqueArray(id, { minLength: count, maxLength: count });
}

const ordinality = fc.integer({ min: 0, max: 12 });

function address(): fc.Arbitrary<{ host: string; port: number }> {
  return fc.record({ host: fc.constantFrom(...HOSTS), port: fc.constantFrom(...PORTS) });
}

const username = fc.constantFrom('schaufel', 'bagger');

const recordedInstances: fc.Arbitrary<readonly RecordedInstance[]> = fc
  .uniqueArray(
    fc.record({ address: address(), username, status: fc.integer({ min: 0, max: 3 }) }),
    {
      selector: ({ address: { host, port } }) => `${host} ${port}`,
      maxLength: 6,
    },
  )
  .chain((rows) =>
    ids(rows.length).map((keys) =>
      rows.map(({ address: { host, port }, ...rest }, at) => {
        return { id: keys[at] ?? 0, host, port, username: rest.username, status: rest.status };
      }),
    ),
  );

const defaultValue = fc.option(fc.constantFrom('notexist', 'other', ''));

const recordedDimensions: fc.Arbitrary<readonly RecordedDimension[]> = fc
  .uniqueArray(
    fc.record({ ordinality, field: fc.constantFrom(...FIELDNAMES), default: defaultValue, bounds }),
    { selector: (row) => row.field, maxLength: 7 },
  )
  .map((rows) => uniqueBy(rows, (row) => row.ordinality))
  .chain((rows) =>
    ids(rows.length).map((keys) =>
      rows.map(({ bounds: period, ...row }, at) => ({ id: keys[at] ?? 0, ...row, ...period })),
    ),
  );

const recordedIndexes: fc.Arbitrary<readonly RecordedIndex[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...INDEX_NAMES),
      method: fc.constantFrom(...METHODS),
      tablespace: fc.constantFrom('pg_default', 'fast'),
      bounds,
    }),
    { selector: (row) => row.name },
  )
  .chain((rows) =>
    ids(rows.length).map((keys) =>
      rows.map(({ bounds: period, ...row }, at) => ({ id: keys[at] ?? 0, ...row, ...period })),
    ),
  );

function recordedFields(
  indexes: readonly RecordedIndex[],
): fc.Arbitrary<readonly RecordedIndexField[]> {
  if (indexes.length === 0) return fc.constant([]);
  const row = fc.record({
    indexId: fc.constantFrom(...indexes.map(({ id }) => id)),
    ordinality: fc.integer({ min: 0, max: 6 }),
    expression: fc.constantFrom(...EXPRESSIONS),
    bounds,
  });
  return fc
    .array(row, { maxLength: 10 })
    .map((rows) => uniqueBy(rows, ({ indexId, ordinality: at }) => `${indexId} ${at}`))
    .chain((rows) =>
      ids(rows.length).map((keys) =>
        rows.map(({ bounds: period, ...rest }, at) => ({ id: keys[at] ?? 0, ...rest, ...period })),
      ),
    );
}

/** JSON texts, some of them equal by meaning. */
const anyValue = fc.oneof(
  fc.constantFrom('1', '"1"', '1.0', '1.10', '1.1', '12345678901234567890', '{"b":1,"a":[]}'),
  fc.constantFrom('{"a": [], "b": 1.0}', '{"__proto__":1}', 'true'),
  fc.json({ maxDepth: 2, noUnicodeString: false }).filter((text) => text !== 'null'),
);
const flag = fc.constantFrom('0', '1', '"0"', '"1"');
const hours = fc.constantFrom('1', '2', '"1"', '"3"', '4');

/** Key and JSON text of each entry; `settings` are valid for certain. */
const configTexts: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .record(
    {
      production: fc.oneof({ weight: 2, arbitrary: fc.constant('1') }, flag),
      allow_backedated_indexes: flag,
      dimensions_hrs_in_future: hours,
      indexes_hrs_in_future: hours,
      retain_hrs: fc.constantFrom('48', '"48"', '0'),
      owner: anyValue,
      __proto: anyValue,
      'key with spaces': anyValue,
    },
    { requiredKeys: [] },
  )
  .map((values) => new Map(Object.entries(values)));

const recordedConfig: fc.Arbitrary<readonly RecordedConfigEntry[]> = configTexts.map((texts) =>
  [...texts].map(([key, value], at) => ({ id: at + 1, key, value })),
);

function recordedServermap(
  instances: readonly RecordedInstance[],
): fc.Arbitrary<RecordedServermap | undefined> {
  return fc.option(
    fc.record({
      id: fc.integer({ min: 1, max: 50 }),
      map: fc.constantFrom(
        formatJson(ringServermap(instances)),
        formatJson(ringServermap(instances.slice(1))),
        '{"version": 1}',
        '{"version": 2, "layout": []}',
      ),
    }),
    { nil: undefined },
  );
}

/** Some are on an instance that is gone. */
function formerCopies(instances: readonly RecordedInstance[]): fc.Arbitrary<PlacedCopies[]> {
  const name = fc.constantFrom('gone:1', ...instances.map(({ host, port }) => `${host}:${port}`));
  const copies = fc.array(name, { minLength: 1, maxLength: 2 });
  const generations = fc.constantFrom([-3], [-2], [-3, -2]);
  const selector = ({ entry, copies: names }: PlacedCopies) => `${entry} ${names}`;
  return fc.uniqueArray(fc.record({ entry: name, copies, generations }), {
    selector,
    maxLength: 4,
  });
}

export const recordedState: fc.Arbitrary<RecordedState> = fc
  .record({
    instances: recordedInstances,
    dimensions: recordedDimensions,
    indexes: recordedIndexes,
    config: recordedConfig,
  })
  .chain((tables) =>
    fc
      .record({
        indexFields: recordedFields(tables.indexes),
        servermap: recordedServermap(tables.instances),
        formerCopies: formerCopies(tables.instances),
      })
      .map((others) => ({ ...NOTHING_RECORDED, database: DATABASE, ...tables, ...others })),
  );

const status: fc.Arbitrary<InstanceStatus | undefined> = fc.option(
  fc.constantFrom(...INSTANCE_STATUSES),
  { nil: undefined },
);

const desiredInstances: fc.Arbitrary<readonly DesiredInstance[]> = fc
  .uniqueArray(fc.record({ address: address(), username, status }), {
    selector: (wanted) => `${wanted.address.host} ${wanted.address.port}`,
    maxLength: 6,
  })
  .map((rows) =>
    rows.map((row) => ({
      ...row.address,
      username: row.username,
      status: row.status,
      source: SOURCE,
    })),
  );

const desiredDimensions: fc.Arbitrary<readonly DesiredDimension[]> = fc.uniqueArray(
  fc.record({
    field: fc.constantFrom(...FIELDNAMES).map(dimensionPointer),
    default: fc.constantFrom('notexist', 'other', ''),
    source: fc.constant(SOURCE),
  }),
  { selector: ({ field }) => field, maxLength: 6 },
);

const desiredIndexes: fc.Arbitrary<readonly DesiredIndex[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...INDEX_NAMES),
    method: fc.constantFrom(...METHODS),
    tablespace: fc.constantFrom('pg_default', 'fast'),
    fields: fc.array(
      fc.record({ expression: fc.constantFrom(...EXPRESSIONS), source: fc.constant(SOURCE) }),
      { minLength: 1, maxLength: 4 },
    ),
    source: fc.constant(SOURCE),
  }),
  { selector: ({ name }) => name },
);

const desiredServermap: fc.Arbitrary<DesiredServermap> = fc.oneof(
  fc.constant({ algorithm: 'ring', source: SOURCE } as const),
  fc.constantFrom('{"version": 1}', '{"version": 1.0}').map((text) => {
    return { algorithm: 'literal', map: parseJson(text), source: SOURCE } as const;
  }),
);

const desiredConfig: fc.Arbitrary<readonly DesiredConfigEntry[]> = configTexts.map((texts) =>
  [...texts].map(([key, text]) => ({ key, value: parseJson(text), source: SOURCE })),
);

function section<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 6 });
}

export const desiredState: fc.Arbitrary<DesiredState> = fc
  .record({
    cluster: fc.constantFrom(DATABASE, undefined),
    instances: section(desiredInstances),
    dimensions: section(desiredDimensions),
    indexes: section(desiredIndexes),
    servermap: section(desiredServermap),
    config: section(desiredConfig),
  })
  .map((state) => ({ ...NOTHING_MANAGED, ...state }));

function uniqueBy<T>(items: readonly T[], key: (item: T) => unknown): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
