/** The kinds of store that a campaign can have: one entry each. */
import { etcd } from './etcd.js';
import { postgres } from './postgres.js';
import { redis, valkey } from './redis.js';
import type { StoreKind } from './store-kind.js';
import { zookeeper } from './zookeeper.js';

const KINDS: readonly StoreKind[] = [etcd, postgres, redis, valkey, zookeeper];

/** The kind of this type. Throws for one that no campaign has. */
export function kindOf(type: string): StoreKind {
  const kind = KINDS.find((known) => known.type === type);
  if (kind !== undefined) return kind;
  throw new Error(`--store is one of ${KINDS.map((known) => known.type).join(', ')}`);
}
