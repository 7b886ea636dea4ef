/** Refuses records that no agent could publish, before they are recorded. */
import type { Change, ServermapAttributes } from './change.js';
import type { PlanProblem } from './problems.js';

/** A record is one value of each store. */
export interface ValueLimit {
  /** The type of the stores that take no larger value. */
  readonly type: string;
  readonly bytes: number;
}

/** The largest size of the other columns of a record, and of all names. */
const COLUMNS_BYTES = 200;
/** `{"id":2147483647,"host":"","port":65535}` and a comma. */
const REFERENCE_BYTES = 42;
/** `"_65535":{"schaufel":,"copies":[]},` */
const ENTRY_BYTES = 40;
/** The length of `\u0000`, the longest form of a character in JSON. */
const BYTES_OF_AN_ESCAPE = 6;

/** One problem per change whose record is, or may become, too large for the stores. */
export function oversizeProblems(
  changes: readonly Change[],
  limit: ValueLimit,
): readonly PlanProblem[] {
  return changes.flatMap((change) => {
    const bytes = recordBytes(change, limit);
    if (bytes <= limit.bytes) return [];
    return [{ address: change.address, source: change.source, ...oversize(bytes, limit) }];
  });
}

function recordBytes(change: Change, limit: ValueLimit): number {
  if (change.after === null) return 0;
  switch (change.kind) {
    case 'config':
      return COLUMNS_BYTES + bytesOf(change.after.value) + 2 * bytesOf(change.after.key);
    case 'servermap':
      return COLUMNS_BYTES + servermapBytes(change.after);
    default:
      return rowBytes(change.after, limit);
  }
}

/** Exact only near the limit: writing every row as JSON takes half as long as planning it. */
function rowBytes(after: object, limit: ValueLimit): number {
  let characters = 0;
  for (const value of Object.values(after)) {
    if (typeof value === 'string') characters += value.length;
  }
  const most = COLUMNS_BYTES + BYTES_OF_AN_ESCAPE * characters;
  return most <= limit.bytes ? most : COLUMNS_BYTES + bytesOf(JSON.stringify(after));
}

function servermapBytes(map: ServermapAttributes): number {
  if (map.algorithm === 'literal') return bytesOf(map.map);
  return map.entries.reduce((sum, { key, schaufel, copies }) => {
    const references = [schaufel, ...copies].map((name) => REFERENCE_BYTES + bytesOf(name));
    return sum + ENTRY_BYTES + bytesOf(key) + references.reduce((a, b) => a + b, 0);
  }, 0);
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** What is wrong with a record of that size, and what helps. */
export function oversize(bytes: number, { type, bytes: most }: ValueLimit) {
  return {
    message: `its record of about ${bytes} bytes cannot be published: a value in ${type} holds ${most}`,
    hint: 'no larger value is taken there; make it smaller, or split it',
  };
}
