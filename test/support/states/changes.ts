/** Planned changes as a plan would hold them. */
import type { Change, InstanceAttributes } from '../../../src/planning/change.js';
import type { Plan } from '../../../src/planning/plan.js';

const COMMON = { reason: 'a test', source: null, dangers: [] } as const;
export const ALWAYS = { validFrom: '-infinity', validUntil: 'infinity' } as const;

export function newInstance(host: string, port = 5432): Change {
  const after: InstanceAttributes = { host, port, username: 'schaufel', status: 'offline' };
  const address = `instance/${host}:${port}`;
  return { ...COMMON, kind: 'instance', address, action: 'create', before: null, after };
}

export function newConfig(key: string, value: string): Change {
  const address = `config/${key}`;
  return {
    ...COMMON,
    kind: 'config',
    address,
    action: 'create',
    before: null,
    after: { key, value },
  };
}

export function change<Kind extends Change['kind']>(
  part: Pick<Extract<Change, { kind: Kind }>, 'action' | 'before' | 'after'> & { kind: Kind },
) {
  return { ...COMMON, address: `${part.kind}/x`, ...part };
}

/** A plan that consists of the changes. */
export function planOf(changes: readonly Change[]): Plan {
  return {
    formatVersion: 1,
    toolVersion: '0.0.0',
    cluster: { database: 'test', id: 'test' },
    gitCommit: null,
    base: 'sha256:0',
    boundaries: { production: false, dimensions: null, indexes: null },
    partial: null,
    desired: '',
    unmanaged: [],
    notices: [],
    changes,
    summary: { add: changes.length, change: 0, expire: 0, delete: 0 },
  };
}
