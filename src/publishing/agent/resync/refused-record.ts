/**
 * After the store refused a record: whether the tables as they are now can be published. The change
 * stays in the stream for good, also when its row is gone; a resync is the way over it.
 */
import type { KeyValueStore } from '../../../kvstore/store.js';
import { CommitTooLarge } from '../../../model/errors.js';
import { formatLsn, type Lsn } from '../../../model/lsn.js';
import type { ResyncReason } from '../../records/condition-words.js';
import type { SourceSession } from '../../source/source-database.js';
import { RecordRefused } from '../../stream/pieces.js';
import type { AgentContext } from '../context.js';
import type { Stored } from '../starting-point.js';

/**
 * How far the store shows the log: where its last transaction ends, or the revision of what is no
 * checkpoint. As long as it is the same, no agent has gone past what comes next.
 */
export type Shown = string;

export function shownBy({ held, checkpoint }: Stored): Shown {
  if (checkpoint !== undefined) return shownAt(checkpoint.witness.endLsn);
  return `revision ${held?.modRevision}`;
}

export function shownAt(endLsn: Lsn): Shown {
  return formatLsn(endLsn);
}

/** What is known of a refusal until it is settled. */
export interface Refusal {
  readonly record: RecordRefused;
  /** When the record was refused. */
  readonly shown: Shown;
}

/**
 * Why everything has to be published again; undefined: the store takes such a record by now, and
 * the stream may go on. Throws RecordRefused while the tables hold what the store refuses.
 */
export async function reasonAfterRefusal(
  context: AgentContext,
  sql: SourceSession,
  refused: RecordRefused,
): Promise<ResyncReason | undefined> {
  const { store, keySpace } = context;
  const { key, sizeBytes } = refused;
  const filling = 'x'.repeat(Math.max(0, sizeBytes - Buffer.byteLength(key)));
  if ((await refusalOf(store, key, filling)) === undefined) return undefined;
  const { records } = await sql.readTables(keySpace);
  for (const [recorded, value] of records) {
    const isAsLarge = Buffer.byteLength(value) > store.limits.maxBytes;
    if (recorded !== key && !isAsLarge) continue;
    const refusal = await refusalOf(store, recorded, value);
    if (refusal !== undefined) throw refusal;
  }
  const now = records.has(key) ? 'a smaller one' : 'none';
  const sentence = `the store refused ${key} (${sizeBytes} bytes), and the tables now hold ${now}`;
  return { kind: 'refused', sentence };
}

/** Whether the store takes the record: undefined when it does. Throws what else keeps it away. */
export async function refusalOf(
  store: Pick<KeyValueStore, 'probeRecord'>,
  key: string,
  value: string,
): Promise<RecordRefused | undefined> {
  try {
    await store.probeRecord(key, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommitTooLarge)) throw error;
    return new RecordRefused(key, Buffer.byteLength(key) + Buffer.byteLength(value), error);
  }
}
