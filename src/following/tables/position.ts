/** The row in which a node's database keeps which checkpoint its tables show. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, parseLsn } from '../../model/lsn.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import type { AppliedPosition } from '../../publishing/records/acknowledgement.js';
import type { SeenCheckpoint } from '../../publishing/records/checkpoint-watch.js';

/** A position, with what the checkpoint belonged to. */
export interface NodePosition extends AppliedPosition {
  readonly target: string;
  /** The uuid of the cluster. */
  readonly cluster: string;
}

export interface FollowerRow {
  /** Of this database, a uuid. */
  readonly followerId: string;
  /** undefined: nothing was applied yet. */
  readonly position: NodePosition | undefined;
}

type Texts = readonly [string, ...(string | null)[]];

const APPLIED_AT = `pg_catalog.to_char(pg_catalog.timezone('UTC', applied_at),
  'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const READ = `
  SELECT follower_id::text, target, cluster, write_id, revision::text, lsn::text, ${APPLIED_AT}
    FROM ONLY lenkwerk.follower`;

/**
 * Reads the row. Throws `database-not-initialised` where there is none, and what the database
 * throws.
 */
export async function readFollower(client: Client): Promise<FollowerRow> {
  try {
    const { rows } = await client.query<[string, ...(string | null)[]]>({
      text: READ,
      rowMode: 'array',
    });
    const [row] = rows;
    if (row === undefined) throw notSetUp();
    return { followerId: row[0], position: positionOf(row) };
  } catch (error) {
    const failure = toLenkwerkError(error);
    throw failure.code === 'database-not-initialised' ? notSetUp(failure) : failure;
  }
}

function positionOf([, target, cluster, writeId, revision, lsn, appliedAt]: Texts) {
  if (!target || !cluster || !writeId || !revision || !lsn || !appliedAt) return undefined;
  const position = { revision: BigInt(revision), lsn: parseLsn(lsn), appliedAt };
  return { target, cluster, writeId, ...position };
}

const WRITE = `
  UPDATE ONLY lenkwerk.follower
     SET target = $1, cluster = $2, write_id = $3, revision = $4::numeric, lsn = $5::pg_lsn,
         applied_at = pg_catalog.clock_timestamp()
  RETURNING ${APPLIED_AT}, (SELECT count(*)::int FROM storage.postgres_instance)`;

interface Written {
  readonly position: NodePosition;
  /** How many nodes the cluster has by these tables. */
  readonly nodes: number;
}

/**
 * Writes, in the caller's transaction, that the tables show this checkpoint. Throws
 * `database-not-initialised` where the row is gone, and the database's errors.
 */
export async function writePosition(
  client: Client,
  target: string,
  { checkpoint, revision }: SeenCheckpoint,
): Promise<Written> {
  const { cluster, writeId, lsn } = checkpoint;
  const { rows } = await client.query<[string, number]>({
    text: WRITE,
    values: [target, cluster, writeId, String(revision), formatLsn(lsn)],
    rowMode: 'array',
  });
  const [row] = rows;
  if (row === undefined) throw notSetUp();
  const [appliedAt, nodes] = row;
  return { position: { target, cluster, writeId, revision, lsn, appliedAt }, nodes };
}

function notSetUp(cause?: LenkwerkError): LenkwerkError {
  return new LenkwerkError('database-not-initialised', 'this is not the database of a node', {
    hint: 'run `lenkwerk init --node`',
    cause,
  });
}
