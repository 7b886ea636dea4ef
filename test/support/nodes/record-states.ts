/** fast-check arbitraries of published records in which keys collide and swap between states. */
import fc from 'fast-check';

/** Keys with their records, without a prefix. */
export type Records = ReadonlyMap<string, string>;

const IDS = [1, 2, 3, 4, 5];
const NAMES = ['a', 'b', 'c', 'd'];
const EVER = '"valid_from":"-infinity","valid_until":"infinity"';

/** Rows with ids of their own, and other values of which each stands in one row. */
function rows<Value>(values: readonly Value[], maxLength: number) {
  return fc
    .tuple(
      fc.shuffledSubarray(IDS, { maxLength }),
      fc.shuffledSubarray([...values], { minLength: maxLength }),
    )
    .map(([ids, chosen]) =>
      ids.flatMap((id, at) => {
        const value = chosen[at];
        return value === undefined ? [] : [{ id, value }];
      }),
    );
}

const config = rows(NAMES, 4).chain((found) =>
  fc
    .array(fc.constantFrom('1.10', ' { "b":12345678901234567890 } ', '"\\u00fc, }"'), {
      minLength: 4,
      maxLength: 4,
    })
    .map((values) =>
      found.map(({ id, value: key }, at): [string, string] => [
        `/Config/${key}`,
        `{"id":${id},"key":"${key}","value":${values[at] ?? '1'}}`,
      ]),
    ),
);

const places = NAMES.flatMap((host) => [
  { host, port: 5432 },
  { host, port: 5433 },
]);
const instances = rows(places, 5).chain((found) =>
  fc
    .integer({ min: 0, max: 3 })
    .map((status) =>
      found.map(({ id, value: { host, port } }): [string, string] => [
        `/PostgresInstance/${host}/${port}`,
        `{"id":${id},"host":"${host}","port":${port},"username":"u","status":${status}}`,
      ]),
    ),
);

const dimensions = fc
  .tuple(rows(NAMES, 4), fc.shuffledSubarray(IDS, { minLength: 5 }))
  .map(([found, ordinalities]) =>
    found.map(({ id, value: name }, at): [string, string] => [
      `/Dimension/${id}`,
      `{${EVER},"id":${id},"ordinality":${ordinalities[at] ?? 9},"default_val":null,"fieldname":"/${name}"}`,
    ]),
  );

const indexes = rows(NAMES, 4).chain((found) => {
  const ids = found.map(({ id }) => id);
  const slots = ids.flatMap((index) => [0, 1, 2].map((ordinality) => ({ index, ordinality })));
  return fc
    .tuple(
      fc.shuffledSubarray(slots),
      fc.shuffledSubarray(
        [...Array(slots.length).keys()].map((at) => at + 1),
        { minLength: slots.length },
      ),
      fc.constantFrom('btree', 'gin'),
    )
    .map(([fields, fieldIds, method]): readonly [string, string][] => [
      ...found.map(({ id, value: name }): [string, string] => [
        `/Index/${id}`,
        `{${EVER},"id":${id},"indexname":"${name}","access_method":"${method}","tablespc":"pg_default"}`,
      ]),
      ...fields.map(({ index, ordinality }, at): [string, string] => [
        `/Index/${index}/${fieldIds[at]}`,
        `{${EVER},"id":${fieldIds[at]},"index_id":${index},"ordinality":${ordinality},"expression":"data->'${ordinality}'"}`,
      ]),
    ]);
});

const servermap = fc
  .option(fc.constantFrom(...IDS), { nil: undefined })
  .map((id): readonly [string, string][] =>
    id === undefined ? [] : [['/Servermap', `{"id":${id},"server_map":{"version": 1 }}`]],
  );

/** A state of all records. */
export const recordState: fc.Arbitrary<Records> = fc
  .tuple(config, instances, dimensions, indexes, servermap)
  .map((parts) => new Map<string, string>(parts.flat()));

/** What turns one state into another; undefined: the key goes. */
export function changesBetween(
  before: Records,
  after: Records,
): ReadonlyMap<string, string | undefined> {
  const gone = [...before.keys()].filter((key) => !after.has(key));
  const put = [...after].filter(([key, record]) => before.get(key) !== record);
  return new Map<string, string | undefined>([
    ...gone.map((key): [string, undefined] => [key, undefined]),
    ...put,
  ]);
}
