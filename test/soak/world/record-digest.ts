/** The same digest of a record as soak.digest() makes of a row. */
import { createHash } from 'node:crypto';

const JSON_COLUMNS = ['value', 'server_map'];
/** The column that comes and goes: always the last one. */
const EXTRA = /,"extra":[^,{}]*$/;

/** `key` without the store's prefix. 60 bits. */
export function recordDigest(key: string, record: string): bigint {
  const line = [key, ...columnTexts(record)].join('|');
  const hex = createHash('md5').update(line).digest('hex').slice(0, 15);
  return BigInt(`0x${hex}`);
}

function columnTexts(record: string): readonly string[] {
  for (const column of JSON_COLUMNS) {
    const head = `,"${column}":`;
    const at = record.indexOf(head);
    if (at < 0) continue;
    const before = plainTexts(`${record.slice(0, at)}}`);
    const rest = record.slice(at + head.length, -1);
    const extra = EXTRA.exec(rest);
    if (extra === null) return [...before, rest];
    return [...before, rest.slice(0, extra.index), ...plainTexts(`{${extra[0].slice(1)}}`)];
  }
  return plainTexts(record);
}

function plainTexts(record: string): readonly string[] {
  const fields: unknown = JSON.parse(record);
  if (typeof fields !== 'object' || fields === null) throw new Error(`not a record: ${record}`);
  return Object.values(fields)
    .filter((value) => value !== null)
    .map(String);
}

/** bit(60)::bigint is never negative, so that the texts of both sides agree. */
export function digestText(digest: bigint): string {
  return digest.toString();
}
