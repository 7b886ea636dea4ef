/** What nodes report to a PostgreSQL store: beside its tables, and without a revision. */
import { LenkwerkError } from '../../model/errors.js';
import { codeOf, SQLSTATE } from '../../postgres/errors.js';
import { type FoundAcknowledgement, MAX_NODES, noPlaceYet } from '../acknowledgements.js';
import { prefixBounds } from '../driver-kit.js';
import { textOfBytea } from './range.js';
import type { PostgresSession } from './session.js';

const REPORT = 'SELECT lenkwerk_kv.acknowledge($1::bytea, $2::bytea)';

/** Throws `noPlaceYet`, else what the session throws; `store-rejected` for the node of another. */
export async function report(
  session: PostgresSession,
  node: string,
  [key, text]: readonly [key: string, text: string],
): Promise<void> {
  const values = [Buffer.from(key), Buffer.from(text)];
  const statement = { what: `acknowledge as ${node}`, text: REPORT, values };
  const rows = await session.read(statement, 'acknowledging').catch((error: unknown) => {
    throw isMissing(error, SQLSTATE.undefinedFunction) ? noPlaceYet(node, error) : error;
  });
  // There are no tables at all.
  if (rows.length === 0) throw noPlaceYet(node, undefined);
}

/** One statement: the table itself bounds what other programs write. */
const LIST = `SELECT a.key, a.value FROM lenkwerk_kv.acknowledgement AS a
  WHERE a.key >= $1 AND a.key < $2 LIMIT $3`;

/** Throws what the session throws. */
export async function* listReports(
  session: PostgresSession,
  folder: string,
): AsyncGenerator<FoundAcknowledgement> {
  const { start, end } = prefixBounds(folder);
  const what = 'list acknowledgements';
  const statement = { what, text: LIST, values: [start, end, MAX_NODES + 1] };
  const rows = await session.read<[string, string]>(statement, 'gathering').catch(noneWhereMissing);
  for (const [key, value] of rows) yield [textOfBytea(key), textOfBytea(value)];
}

const REMOVE = 'SELECT lenkwerk_kv.forget_acknowledgement($1::bytea)';

/** Throws what the session throws. */
export async function removeReport(session: PostgresSession, key: string): Promise<void> {
  const statement = { what: `remove ${key}`, text: REMOVE, values: [Buffer.from(key)] };
  await session.read(statement, 'gathering').catch(noneWhereMissing);
}

function noneWhereMissing(error: unknown): readonly [] {
  const { undefinedTable, undefinedFunction } = SQLSTATE;
  if (isMissing(error, undefinedTable) || isMissing(error, undefinedFunction)) return [];
  throw error;
}

function isMissing(error: unknown, code: string): boolean {
  return error instanceof LenkwerkError && codeOf(error.cause) === code;
}
