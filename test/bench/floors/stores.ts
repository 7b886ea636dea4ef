/**
 * Stores without Lenkwerk: the same commits and listings with the client of each alone, as the
 * floor. A commit is atomic and guarded, and writes what the driver's does: also the entry of the
 * journal where a watch needs one, with the old values that the client remembers. Nothing is read
 * before, compared but the guard, or trimmed.
 */
import { Client } from 'pg';
import { openClient } from '../../../src/kvstore/redis/connection/client.js';
import { Connection } from '../../../src/kvstore/zookeeper/protocol/connection.js';
import { multi } from '../../../src/kvstore/zookeeper/protocol/multi.js';
import { readChildren, readNodes } from '../../../src/kvstore/zookeeper/protocol/nodes.js';
import {
  ALL_RIGHTS,
  ANY_VERSION,
  create,
  setData,
} from '../../../src/kvstore/zookeeper/protocol/requests.js';
import { BareEtcd } from './etcd.js';

type Records = readonly (readonly [string, string])[];

export interface BareStore {
  /**
   * Puts all or nothing, provided that the first key, the guard, is as the last commit left it: it
   * is the same key in each commit.
   */
  commit(records: Records): Promise<void>;
  /** Reads the records that the driver wrote below the folder, and returns their number. */
  readAll(folder: string): Promise<number>;
  close(): Promise<void> | void;
}

/** Without a prefix of its URL. */
export function bareEtcd(url: string): BareStore {
  const client = new BareEtcd(url.replace(/^etcd:/, 'http:'));
  let revision = '0';
  return {
    async commit(records) {
      revision = await client.commit(records, revision);
    },
    readAll: (folder) => client.readAll(`${folder}/`),
    close: () => client.close(),
  };
}

const TABLES = `CREATE TABLE bare (key bytea PRIMARY KEY, value bytea, version int);
  CREATE TABLE bare_log (
    revision int, key bytea, value bytea, old_value bytea, PRIMARY KEY (revision, key))`;
const COMMIT = {
  name: 'bare',
  text: `WITH guard AS (
      INSERT INTO bare AS b VALUES ($1, $2, 1)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = b.version + 1
        WHERE b.version = $3 RETURNING 1
    ), written AS (
      INSERT INTO bare AS b SELECT n.key, n.value, 1
        FROM guard, unnest($4::bytea[], $5::bytea[]) AS n (key, value)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = b.version + 1
    ), logged AS (
      INSERT INTO bare_log SELECT $3 + 1, n.key, n.value, n.old_value
        FROM guard, unnest($4::bytea[] || $1, $5::bytea[] || $2, $6::bytea[])
          AS n (key, value, old_value)
    )
    SELECT pg_notify('bare', '') FROM guard`,
};

export async function barePostgres(url: string): Promise<BareStore> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  const held = new Map<string, Buffer>();
  let version = 0;
  return {
    async commit([[guard, value] = ['', ''], ...puts]) {
      const keys = puts.map(([key]) => Buffer.from(key));
      const written = puts.map(([, text]) => Buffer.from(text));
      const old = [...puts, [guard]].map(([key = '']) => held.get(key) ?? null);
      const guarded = [Buffer.from(guard), Buffer.from(value), version];
      const values = [...guarded, keys, written, old];
      const { rowCount } = await client.query({ ...COMMIT, values });
      if (rowCount !== 1) throw new Error(`another client wrote ${guard}`);
      puts.forEach(([key], at) => void held.set(key, written[at] ?? Buffer.alloc(0)));
      held.set(guard, Buffer.from(value));
      version += 1;
    },
    async readAll(folder) {
      const { rows } = await client.query({
        text: `SELECT convert_from(key, 'UTF8'), convert_from(value, 'UTF8')
          FROM lenkwerk_kv.current WHERE key >= $1 AND key < $2 ORDER BY key`,
        values: [Buffer.from(`${folder}/`), Buffer.from(`${folder}0`)],
        rowMode: 'array',
      });
      return rows.length;
    },
    close: () => client.end(),
  };
}

const COMPARE_AND_SET = `#!lua
if (redis.call('GET', KEYS[3]) or '') ~= ARGV[1] then return 0 end
local entry, sets, revisions = {}, {}, {}
for i = 3, #KEYS do
  local key, old, new, at = KEYS[i], ARGV[2 * i - 4], ARGV[2 * i - 3], 4 * (i - 3)
  entry[at + 1], entry[at + 2], entry[at + 3], entry[at + 4] = '<' .. key, old, '+' .. key, new
  local pair = 2 * (i - 3)
  sets[pair + 1], sets[pair + 2] = key, new
  revisions[pair + 1], revisions[pair + 2] = key, '1'
end
redis.call('XADD', KEYS[1], '*', unpack(entry))
redis.call('MSET', unpack(sets))
redis.call('HSET', KEYS[2], unpack(revisions))
return 1
`;

export async function bareRedis(url: string): Promise<BareStore> {
  const { send, destroy } = await openClient({
    settings: { tls: undefined, auth: undefined, database: 0 },
    endpoint: new URL(url).host,
    listener: undefined,
    signal: new AbortController().signal,
  });
  const digest = String(await send(['SCRIPT', 'LOAD', COMPARE_AND_SET]));
  const held = new Map<string, string>();
  return {
    async commit(records) {
      const keys = ['bare-journal', 'bare-revisions', ...records.map(([key]) => key)];
      const values = records.flatMap(([key, value]) => [held.get(key) ?? '', value]);
      const [expected = ''] = values;
      const args = [String(keys.length), ...keys, expected, ...values];
      const done = await send(['EVALSHA', digest, ...args]);
      if (done !== 1) throw new Error(`another client wrote ${keys[2]}`);
      for (const [key, value] of records) held.set(key, value);
    },
    async readAll(folder) {
      let [cursor, count] = ['0', 0];
      do {
        const reply = await send(['SCAN', cursor, 'MATCH', `${folder}/*`, 'COUNT', '2000']);
        const [next, keys]: readonly [unknown, readonly unknown[]] = pairOf(reply);
        cursor = String(next);
        const values = keys.length === 0 ? [] : await send(['MGET', ...keys.map(String)]);
        count += Array.isArray(values) ? values.map(String).length : 0;
      } while (cursor !== '0');
      return count;
    },
    close: () => destroy(),
  };
}

function pairOf(reply: unknown): readonly [unknown, readonly unknown[]] {
  const [first, second]: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return [first, Array.isArray(second) ? second : []];
}

const OPEN = [{ rights: ALL_RIGHTS, scheme: 'world', id: 'anyone' }];

/** With the driver's connection: there is no client to compare it with. */
export async function bareZookeeper(url: string): Promise<BareStore> {
  const { hostname: host, port } = new URL(url);
  const address = { host, port: Number(port), tls: undefined, login: undefined };
  const open = () => Connection.open(address, new AbortController().signal);
  let connection = await open();
  const held = new Map<string, Buffer>();
  const journal = '/bare-journal';
  await connection.send(create({ path: journal, data: undefined, acl: OPEN }));
  let commits = 0;
  return {
    async commit(records) {
      // A server on a busy machine ends a session that it did not hear of in time.
      if (!connection.isOpen) connection = await open();
      const puts = records.map(
        ([key, value]) => [`/${key.replaceAll('/', '!')}`, Buffer.from(value)] as const,
      );
      const entry = puts.flatMap(([path, data]) => [
        Buffer.from(path),
        held.get(path) ?? Buffer.alloc(0),
        data,
      ]);
      const writes = puts.map(([path, data], i) =>
        held.has(path)
          ? setData({ path, version: i === 0 ? commits - 1 : ANY_VERSION }, data)
          : create({ path, data, acl: OPEN }),
      );
      const path = `${journal}/${commits}`;
      const added = create({ path, data: Buffer.concat(entry), acl: OPEN });
      await connection.send(multi([...writes, added]));
      commits += 1;
      for (const [name, data] of puts) held.set(name, data);
    },
    async readAll(folder) {
      if (!connection.isOpen) connection = await open();
      const nodes = await readNodes(connection, await readChildren(connection, [folder]));
      return nodes.filter((node) => node?.data?.toString() !== undefined).length;
    },
    close: () => connection.close(),
  };
}
