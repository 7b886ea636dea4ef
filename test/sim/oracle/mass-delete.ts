import { tableOfKey } from '../database/tables.js';
import type { Values } from '../store/store.js';

/** As the protocol has it: more than so many, and more than that share of what was published. */
const MANY_KEYS = 10;
const MANY = 0.2;

/** Whether what the store held lost so much that a person has to allow it. */
export function isMassDelete(before: Values, after: Values): boolean {
  const records = [...before.keys()].filter((key) => tableOfKey(key) !== undefined);
  const deleted = records.filter((key) => !after.has(key)).length;
  return deleted > MANY_KEYS && deleted > records.length * MANY;
}
