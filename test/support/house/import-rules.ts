/** Which folder may import what, and where each package may be used. */

/** A folder of src may import from these; it stands below them, so there are no cycles. */
export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  runtime: ['model'],
  planning: ['model'],
  manifest: ['model', 'runtime'],
  postgres: ['model', 'runtime'],
  database: ['model', 'planning', 'postgres'],
  // postgres: how to connect to a PostgreSQL, for the driver of that name.
  kvstore: ['model', 'runtime', 'postgres'],
  replication: ['model', 'runtime', 'postgres'],
  publishing: ['model', 'runtime', 'postgres', 'database', 'kvstore', 'replication'],
  nodes: ['model', 'runtime', 'kvstore', 'publishing'],
  verifying: [
    'model',
    'planning',
    'runtime',
    'postgres',
    'database',
    'kvstore',
    'replication',
    'publishing',
    'nodes',
  ],
  following: ['model', 'runtime', 'postgres', 'kvstore', 'publishing'],
  observing: [
    ...['model', 'planning', 'postgres', 'database', 'kvstore', 'replication', 'publishing'],
    ...['nodes', 'following'],
  ],
  rendering: ['model', 'planning', 'nodes', 'verifying', 'observing'],
  applying: [
    'model',
    'runtime',
    'planning',
    'manifest',
    'postgres',
    'database',
    'kvstore',
    'publishing',
    'nodes',
    'verifying',
    'following',
    'observing',
  ],
  dev: ['model', 'runtime', 'postgres', 'database', 'kvstore', 'publishing'],
  console: [...['model', 'runtime', 'planning', 'nodes', 'observing', 'rendering'], 'applying'],
  // applying uses the database and the stores.
  commands: [
    'model',
    'runtime',
    'planning',
    'manifest',
    'rendering',
    'verifying',
    'applying',
    'dev',
    'console',
  ],
};

/** The files beside the folders. */
export const ROOT_FILES: Readonly<Record<string, readonly string[]>> = {
  'cli.ts': ['commands', 'runtime'],
  'index.ts': [
    'model',
    'planning',
    'manifest',
    'postgres',
    'runtime',
    'kvstore',
    'publishing',
    'applying',
  ],
};

/** The folders that may use a package; one after `type:` may name its types only. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pg: [
    'postgres',
    'database',
    'replication',
    'kvstore/postgres',
    'type:publishing/source',
    'type:following',
    'type:verifying',
    'type:observing',
    'type:applying',
  ],
  'pg-logical-replication': ['replication'],
  etcd3: ['kvstore/etcd'],
  '@redis/client': ['kvstore/redis'],
  protobufjs: ['kvstore/etcd'],
  yaml: ['manifest'],
  'libpg-query': ['planning/expressions'],
  commander: ['commands'],
  diff: ['rendering'],
  'prom-client': ['publishing', 'following'],
};
