/** Changes of many rows. */
import { type Operation, saveConfig } from './operation.js';

const BULK_ROWS = 10_000;

export const LARGE: readonly Operation[] = [
  {
    name: `copy of ${BULK_ROWS} rows`,
    weight: 0.3,
    run: (client, random) =>
      client.query(
        `COPY storage.config (key, value)
         FROM PROGRAM 'seq -f bulk-${random.between(0, 1e9)}-%.0f:1 1 ${BULK_ROWS}'
         WITH (DELIMITER ':')`,
      ),
  },
  {
    name: 'update of every bulk row',
    weight: 0.2,
    run: (client) => client.query(`UPDATE storage.config SET value = '2' WHERE key LIKE 'bulk-%'`),
  },
  {
    name: 'delete of every bulk row',
    weight: 0.6,
    run: (client) => client.query(`DELETE FROM storage.config WHERE key LIKE 'bulk-%'`),
  },
  {
    name: 'truncate config, then insert',
    weight: 0.3,
    async run(client, random) {
      await client.query('TRUNCATE storage.config');
      await saveConfig(client, random);
    },
  },
  {
    name: 'truncate index cascade, then insert',
    weight: 0.3,
    async run(client) {
      await client.query('TRUNCATE storage.index CASCADE');
      await client.query(
        `INSERT INTO storage.index (indexname, access_method) VALUES ('idx_1', 'btree')`,
      );
    },
  },
  {
    name: 'truncate everything',
    weight: 0.1,
    run: (client) =>
      client.query(
        `TRUNCATE storage.config, storage.postgres_instance, storage.servermap,
                  storage.dimension, storage.index, storage.index_field`,
      ),
  },
];
