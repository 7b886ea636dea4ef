/** What a transaction may do to the six tables. */

import type { Random } from '../random.js';
import { LARGE } from './large-operations.js';
import { CONFIG_KEYS, jsonText, type Operation, SAVE_CONFIG, saveConfig } from './operation.js';
import { SERVERMAP } from './servermap-operations.js';

const BIG_VALUE_CHARACTERS = 1_000_000;
const MAX_INDEXES = 12;
const HOSTS = ['storage-1.example.com', 'storage-2', 'höst', 'h/ost', 'generation-2', '::1'];

const CONFIG: readonly Operation[] = [
  { name: 'config save', weight: 12, run: saveConfig },
  {
    name: 'config delete',
    weight: 3,
    run: (client, random) =>
      client.query('DELETE FROM storage.config WHERE key = $1', [random.pick(CONFIG_KEYS)]),
  },
  {
    name: 'config primary key swap',
    weight: 3,
    async run(client, random) {
      const [a, b] = random.shuffled(CONFIG_KEYS);
      const move = 'UPDATE storage.config SET key = $2 WHERE key = $1';
      for (const pair of [
        [a, 'swap'],
        [b, a],
        ['swap', b],
      ])
        await client.query(move, pair);
    },
  },
  {
    name: 'config same key many times',
    weight: 1,
    async run(client, random) {
      const key = random.pick(CONFIG_KEYS);
      for (let i = 0; i < 8; i += 1) await client.query(SAVE_CONFIG, [key, jsonText(random)]);
    },
  },
  {
    name: 'config insert and delete',
    weight: 1,
    async run(client) {
      await client.query(SAVE_CONFIG, ['ephemeral', '1']);
      await client.query(`DELETE FROM storage.config WHERE key = 'ephemeral'`);
    },
  },
  {
    name: 'config 1 MB value',
    weight: 0.5,
    run: (client, random) =>
      client.query(
        `INSERT INTO storage.config (key, value)
           SELECT $1, to_json(string_agg(md5(i::text || $2), ''))
             FROM generate_series(1, ${BIG_VALUE_CHARACTERS / 32}) AS s (i)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [random.pick(['big one', 'big two']), String(random.next())],
      ),
  },
  {
    name: 'config big value gone',
    weight: 1,
    run: (client) => client.query(`DELETE FROM storage.config WHERE key LIKE 'big%'`),
  },
];

const INSTANCES: readonly Operation[] = [
  {
    name: 'instance save',
    weight: 5,
    run: (client, random) =>
      client.query(
        `INSERT INTO storage.postgres_instance (host, port, username, status)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (host, port) DO UPDATE SET status = excluded.status`,
        [random.pick(HOSTS), random.between(1, 8), 'schaufel', random.between(0, 3)],
      ),
  },
  {
    name: 'instance delete',
    weight: 2,
    run: (client, random) =>
      client.query('DELETE FROM storage.postgres_instance WHERE host = $1 AND port = $2', [
        random.pick(HOSTS),
        random.between(1, 8),
      ]),
  },
  {
    name: 'instance key swap',
    weight: 2,
    async run(client, random) {
      const [a, b] = random.shuffled(HOSTS);
      const move = 'UPDATE storage.postgres_instance SET host = $2 WHERE host = $1';
      for (const pair of [
        [a, 'swap'],
        [b, a],
        ['swap', b],
      ])
        await client.query(move, pair);
    },
  },
];

const DIMENSIONS: readonly Operation[] = [
  {
    name: 'dimension save',
    weight: 3,
    run: (client, random) =>
      client.query(
        `INSERT INTO storage.dimension (ordinality, fieldname, valid_from)
           SELECT coalesce(max(ordinality), 0) + 1, $1, '2026-01-01 00:00:00.123456'
             FROM storage.dimension
         ON CONFLICT (fieldname) DO UPDATE SET valid_until = '-infinity'`,
        [`/d${random.between(0, 15)}`],
      ),
  },
  {
    name: 'dimension delete',
    weight: 1,
    run: (client, random) =>
      client.query('DELETE FROM storage.dimension WHERE fieldname = $1', [
        `/d${random.between(0, 15)}`,
      ]),
  },
  {
    name: 'dimension reorder',
    weight: 2,
    run: (client) =>
      client.query(
        `UPDATE storage.dimension AS d SET ordinality = r.position
           FROM (SELECT id, row_number() OVER (ORDER BY md5(fieldname || random())) AS position
                   FROM storage.dimension WHERE fieldname <> '/generation') AS r
          WHERE r.id = d.id`,
      ),
  },
  {
    name: 'dimension id moves',
    weight: 1,
    run: (client, random) =>
      client.query(
        `UPDATE storage.dimension SET id = nextval('storage.dimension_id_seq')
          WHERE fieldname = $1`,
        [`/d${random.between(0, 15)}`],
      ),
  },
];

const indexName = (random: Random) => `idx_${random.between(1, MAX_INDEXES)}`;

const INDEXES: readonly Operation[] = [
  {
    name: 'index save',
    weight: 3,
    run: (client, random) =>
      client.query(
        `INSERT INTO storage.index (indexname, access_method) VALUES ($1, $2)
         ON CONFLICT (indexname) DO UPDATE SET access_method = excluded.access_method`,
        [indexName(random), random.pick(['btree', 'gin', 'hash'])],
      ),
  },
  {
    name: 'index delete with fields',
    weight: 1,
    async run(client, random) {
      const name = indexName(random);
      await client.query(
        `DELETE FROM storage.index_field AS f USING storage.index AS i
          WHERE f.index_id = i.id AND i.indexname = $1`,
        [name],
      );
      await client.query('DELETE FROM storage.index WHERE indexname = $1', [name]);
    },
  },
  {
    name: 'field append',
    weight: 4,
    run: (client, random) =>
      client.query(
        `INSERT INTO storage.index_field (index_id, ordinality, expression)
         SELECT i.id, (SELECT coalesce(max(ordinality), 0) + 1 FROM storage.index_field
                        WHERE index_id = i.id), $2
           FROM storage.index AS i WHERE indexname = $1`,
        [indexName(random), `data->'${random.between(0, 999)}'`],
      ),
  },
  {
    name: 'field moves to another index',
    weight: 3,
    run: (client, random) =>
      client.query(
        `UPDATE storage.index_field SET index_id = t.id, ordinality = 1000 + index_field.id
           FROM storage.index AS t
          WHERE t.indexname = $1 AND index_field.id = (
            SELECT f.id FROM storage.index_field AS f JOIN storage.index AS o ON o.id = f.index_id
             WHERE o.indexname = $2 LIMIT 1)`,
        [indexName(random), indexName(random)],
      ),
  },
  {
    name: 'field primary keys and ids swap',
    weight: 2,
    run: (client, random) =>
      client.query(
        `WITH f AS (SELECT f.index_id, f.ordinality, lead(f.ordinality) OVER w AS next,
                           first_value(f.ordinality) OVER w AS first
                      FROM storage.index_field AS f JOIN storage.index AS i ON i.id = f.index_id
                     WHERE i.indexname = $1 WINDOW w AS (ORDER BY f.ordinality))
         UPDATE storage.index_field AS t SET ordinality = coalesce(f.next, f.first)
           FROM f WHERE f.index_id = t.index_id AND f.ordinality = t.ordinality`,
        [indexName(random)],
      ),
  },
];

const OPERATIONS: readonly Operation[] = [
  ...[...CONFIG, ...INSTANCES, ...DIMENSIONS],
  ...[...INDEXES, ...SERVERMAP, ...LARGE],
];

/** Chooses by weight. */
export function pickOperation(random: Random): Operation {
  const total = OPERATIONS.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.next() * total;
  for (const operation of OPERATIONS) {
    rest -= operation.weight;
    if (rest < 0) return operation;
  }
  return random.pick(OPERATIONS);
}
