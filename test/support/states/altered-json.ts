/** A JSON document with one place altered, for every place. */

interface Alteration {
  /** Of the altered place: `/changes/0/after/host`. */
  readonly path: string;
  readonly document: unknown;
}

/** Values that documents of this kind have elsewhere: what a name may hold besides. */
type Vocabulary = (name: string, value: unknown) => readonly unknown[];

/** Each value replaced by some others, each member and item left out, lists in other orders. */
export function alterationsOf(document: unknown, others: Vocabulary): readonly Alteration[] {
  return [...altered(document, '', others)];
}

function* altered(value: unknown, path: string, others: Vocabulary): Generator<Alteration> {
  const name = path.split('/').findLast((part) => !/^\d+$/.test(part)) ?? '';
  for (const other of [...variantsOf(value), ...others(name, value)]) {
    if (JSON.stringify(other) !== JSON.stringify(value)) yield { path, document: other };
  }
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      for (const one of altered(item, `${path}/${at}`, others)) {
        yield { path: one.path, document: value.with(at, one.document) };
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      for (const one of altered(member, `${path}/${key}`, others)) {
        yield { path: one.path, document: { ...value, [key]: one.document } };
      }
    }
  }
}

const SOME_TIME = '2020-01-01 10:00:00';

function variantsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [`${value}x`, `${value}\n# more`, SOME_TIME];
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  if (value === null) return ['x', SOME_TIME, 1];
  if (Array.isArray(value)) return arrayVariants(value);
  const members = Object.entries(value ?? {});
  return [
    null,
    ...members.map((_, at) => Object.fromEntries(members.filter((__, other) => other !== at))),
  ];
}

function arrayVariants(list: readonly unknown[]): readonly unknown[] {
  const [first] = list;
  return [
    null,
    [],
    [...list, first ?? 'x'],
    list.toReversed(),
    ...list.map((_, at) => list.filter((__, other) => other !== at)),
  ];
}
