/** Compares recorded and published: pure, by the bytes of the values and the set of keys. */
import { hideRecorded } from '../model/secrets/values.js';
import { compareText } from '../model/text.js';

/** missing: not published; stray: nothing recorded has this key; altered: another value. */
export type DifferenceKind = 'missing' | 'stray' | 'altered';

export interface Difference {
  readonly key: string;
  readonly kind: DifferenceKind;
  /** The record of the tables, without secrets; undefined for a stray key. */
  readonly expected: string | undefined;
  /** The record in the store, without secrets; undefined for a missing key. */
  readonly found: string | undefined;
}

interface PublishedRecord {
  readonly key: string;
  readonly value: string;
}

/** The differences in the order of their keys. No key occurs twice in `found`. */
export function compareRecords(
  expected: ReadonlyMap<string, string>,
  found: readonly PublishedRecord[],
): readonly Difference[] {
  const differences: Difference[] = [];
  let strays = 0;
  for (const { key, value } of found) {
    const wanted = expected.get(key);
    if (wanted === value) continue;
    if (wanted === undefined) strays += 1;
    const kind = wanted === undefined ? 'stray' : 'altered';
    differences.push({
      key,
      kind,
      expected: wanted && hideRecorded('', wanted),
      found: hideRecorded('', value),
    });
  }
  // Where the numbers are equal no key is missing: the common case needs no second pass.
  const isComplete = found.length - strays === expected.size;
  if (!isComplete) differences.push(...missing(expected, found));
  return differences.sort((a, b) => compareText(a.key, b.key));
}

function missing(
  expected: ReadonlyMap<string, string>,
  found: readonly PublishedRecord[],
): readonly Difference[] {
  const keys = new Set(found.map(({ key }) => key));
  return [...expected]
    .filter(([key]) => !keys.has(key))
    .map(([key, value]) => {
      return { key, kind: 'missing', expected: hideRecorded('', value), found: undefined };
    });
}
