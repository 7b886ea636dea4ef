/** A digest of the recorded tables: equal exactly when every row is equal, whatever its order. */
import { createHash } from 'node:crypto';
import { compareText } from './order.js';
import type { RecordedState } from './resources.js';

/** `sha256:` and 64 hexadecimal digits. */
export function fingerprint(recorded: RecordedState): string {
  const hash = createHash('sha256');
  const tables: readonly (readonly object[])[] = [
    recorded.instances,
    recorded.dimensions,
    recorded.indexes,
    recorded.indexFields,
    recorded.config,
    recorded.servermap === undefined ? [] : [recorded.servermap],
  ];
  for (const rows of tables) {
    const lines = rows.map((row) => JSON.stringify(Object.entries(row).sort(byName)));
    hash.update(`${rows.length}\n${lines.sort(compareText).join('\n')}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareText(a, b);
}
