/** Recorded against published: pure, byte for byte on the values and by the set of keys. */
import { compareText } from '../model/order.js';

/** missing: not published; stray: nothing recorded has this key; altered: another value. */
export type DifferenceKind = 'missing' | 'stray' | 'altered';

export interface Difference {
  readonly key: string;
  readonly kind: DifferenceKind;
  /** What the tables say; undefined for a stray key. */
  readonly expected: string | undefined;
  /** What the store holds; undefined for a missing key. */
  readonly found: string | undefined;
}

/** Both sides by key; the differences come in the order of their keys. */
export function compareRecords(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [key, value] of expected) {
    const published = found.get(key);
    if (published === value) continue;
    const kind = published === undefined ? 'missing' : 'altered';
    differences.push({ key, kind, expected: value, found: published });
  }
  for (const [key, value] of found) {
    if (!expected.has(key)) {
      differences.push({ key, kind: 'stray', expected: undefined, found: value });
    }
  }
  return differences.sort((a, b) => compareText(a.key, b.key));
}
