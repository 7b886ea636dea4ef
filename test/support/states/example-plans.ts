import type { Change } from '../../../src/planning/change.js';
import { PLAN_FORMAT_VERSION, type Plan, type PlanSummary } from '../../../src/planning/plan.js';

/** ESC, bidi override, backticks, the end of a <details>, a pipe, a mention and line ends. */
export const HOSTILE =
  "\u001b[31mred\u001b[0m \u202egpj.exe ```` </details>\n\n# heading | cell \\ ' @somebody\r\u2028\u0085";

export function planOf(changes: readonly Change[], rest: Partial<Plan> = {}): Plan {
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    toolVersion: '0.1.0',
    cluster: { database: 'lenkwerk', id: '5f0c9bd1-3c43-4f3a-9f36-5a4f54a0b5f1' },
    gitCommit: null,
    base: `sha256:${'0'.repeat(64)}`,
    boundaries: { production: false, dimensions: null, indexes: null },
    partial: null,
    desired: 'apiVersion: lenkwerk/v1\nkind: Cluster\ninstances: []\n',
    unmanaged: [],
    notices: [],
    changes,
    summary: countActions(changes),
    ...rest,
  };
}

function countActions(changes: readonly Change[]): PlanSummary {
  const count = (...actions: readonly Change['action'][]): number =>
    changes.filter(({ action }) => actions.includes(action)).length;
  return {
    add: count('create', 'revive'),
    change: count('update'),
    expire: count('expire'),
    delete: count('delete'),
  };
}

const source = { file: 'cluster.yaml', line: 3, column: 5 };
const always = { validFrom: '-infinity', validUntil: 'infinity' };
const BOUNDARY = '2026-11-23 10:00:00';

export const createInstance: Change = {
  kind: 'instance',
  address: 'instance/storage-1.example.com:5432',
  action: 'create',
  before: null,
  after: { host: 'storage-1.example.com', port: 5432, username: 'schaufel', status: 'offline' },
  reason: 'not recorded yet',
  source,
  dangers: [],
};

const deleteInstance: Change = {
  kind: 'instance',
  address: 'instance/storage-9.example.com:5432',
  action: 'delete',
  before: {
    id: 9,
    host: 'storage-9.example.com',
    port: 5432,
    username: 'schaufel',
    status: 'online',
  },
  after: null,
  reason: 'no manifest names it',
  source: null,
  dangers: ['delete:instance', 'servermap:drops-data'],
};

const expireDimension: Change = {
  kind: 'dimension',
  address: 'dimension//service',
  action: 'expire',
  before: { id: 1, field: '/service', default: 'notexist', ordinality: 0, ...always },
  after: {
    id: 1,
    field: '/service',
    default: 'notexist',
    ordinality: 0,
    validFrom: '-infinity',
    validUntil: BOUNDARY,
  },
  reason: 'no manifest names it',
  source: null,
  dangers: ['expire:dimension'],
};

const createIndex: Change = {
  kind: 'index',
  address: 'index/base_idx',
  action: 'create',
  before: null,
  after: { name: 'base_idx', method: 'gin', tablespace: 'pg_default', ...always },
  reason: 'not recorded yet',
  source,
  dangers: [],
};

const createIndexField: Change = {
  kind: 'index-field',
  address: 'index/base_idx/field/0',
  action: 'create',
  before: null,
  after: { index: 'base_idx', ordinality: 0, expression: "(data->'user')->'id'", ...always },
  reason: 'not recorded yet',
  source,
  dangers: ['expression:unvetted'],
};

const reviveIndexField: Change = {
  kind: 'index-field',
  address: 'index/old_idx/field/1',
  action: 'revive',
  before: {
    id: 4,
    index: 'old_idx',
    ordinality: 1,
    expression: "data->'a'",
    validFrom: '-infinity',
    validUntil: BOUNDARY,
  },
  after: { id: 4, index: 'old_idx', ordinality: 1, expression: "data->'a'", ...always },
  reason: 'wanted again while it is still valid',
  source,
  dangers: [],
};

const LONG_VALUE =
  '{"etcd":{"host":"10.0.0.1","port":2379,"retries":3,"comment":"a long unchanged part of the value"}}';

const updateConfig: Change = {
  kind: 'config',
  address: 'config/kvstore_config',
  action: 'update',
  before: { id: 2, key: 'kvstore_config', value: LONG_VALUE },
  after: { id: 2, key: 'kvstore_config', value: LONG_VALUE.replace('2379', '2380') },
  reason: 'the value differs',
  source,
  dangers: [],
};

const hostileConfig: Change = {
  kind: 'config',
  address: `config/${HOSTILE}`,
  action: 'create',
  before: null,
  after: { key: HOSTILE, value: JSON.stringify(HOSTILE) },
  reason: `wanted ${HOSTILE}`,
  source: { file: `${HOSTILE}.yaml`, line: 1, column: 1 },
  dangers: ['delete:config'],
};

const hostileIndex: Change = {
  kind: 'index',
  address: 'index/x',
  action: 'update',
  before: { id: 3, name: 'x', method: 'gin', tablespace: '', ...always },
  after: { id: 3, name: 'x', method: 'gin', tablespace: HOSTILE, ...always },
  reason: '',
  source: null,
  dangers: [],
};

export const newServermap: Change = {
  kind: 'servermap',
  address: 'servermap',
  action: 'create',
  before: null,
  after: {
    algorithm: 'ring',
    entries: [
      { key: 'host1_5432', schaufel: 'host1:5432', copies: ['host1:5432', 'host2:5432'] },
      { key: 'host2_5432', schaufel: 'host2:5432', copies: ['host2:5432', 'host1:5432'] },
    ],
  },
  reason: 'there is no generation yet',
  source,
  dangers: [],
};

export const literalServermap: Change = {
  ...newServermap,
  action: 'update',
  after: { algorithm: 'literal', map: '{"version":1}' },
};

export const EVERY_KIND = planOf(
  [
    createInstance,
    deleteInstance,
    expireDimension,
    createIndex,
    createIndexField,
    reviveIndexField,
    updateConfig,
    newServermap,
  ],
  {
    gitCommit: 'e40de79',
    boundaries: { production: true, dimensions: BOUNDARY, indexes: BOUNDARY },
    unmanaged: [{ section: 'indexes', recorded: 7 }],
    notices: ['instance/storage-2.example.com:5432 stays offline until an operator changes it'],
  },
);

export const HOSTILE_PLAN = planOf([hostileConfig, hostileIndex], {
  cluster: { database: HOSTILE, id: 'x' },
  notices: [HOSTILE],
});

export const NOTHING_TO_DO = planOf([], { unmanaged: [{ section: 'config', recorded: 2 }] });
