/** What a node's tables show, as the records that they would be. */
import type { Client } from 'pg';
import { KIND_NAMES, KINDS } from '../../../src/model/kinds.js';
import type { KeySpace } from '../../../src/publishing/records/key-space.js';
import { keyExpression, recordExpression } from '../../../src/publishing/source/record-sql.js';

const COLUMNS = `
  SELECT attname, atttypid::int FROM pg_attribute
   WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

/** By whole key; of the servermap the newest generation. One statement reads the rows. */
export async function readNodeRecords(
  client: Client,
  keySpace: KeySpace,
): Promise<Map<string, string>> {
  const parts: string[] = [];
  for (const kind of KIND_NAMES) {
    const { table } = KINDS[kind];
    const { rows } = await client.query<[string, number]>({
      text: COLUMNS,
      values: [`storage.${table}`],
      rowMode: 'array',
    });
    const record = recordExpression(
      client,
      rows.map(([name, typeOid]) => ({ name, typeOid, typeName: '' })),
    );
    const isMap = kind === 'servermap';
    const key = isMap
      ? client.escapeLiteral(keySpace.servermapKey)
      : keyExpression(client, table, keySpace);
    const newest = isMap ? 'WHERE id = (SELECT max(id) FROM storage.servermap)' : '';
    parts.push(`SELECT ${key}, ${record} FROM storage.${table} ${newest}`);
  }
  const { rows } = await client.query<[string, string]>({
    text: parts.join(' UNION ALL '),
    rowMode: 'array',
  });
  return new Map(rows);
}
