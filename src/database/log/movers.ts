/** Who changed which rows since a plan was computed, according to the log of applies. */
import type { Client } from 'pg';

export interface Mover {
  readonly address: string;
  /** As whom the session was authenticated; what a client reports of itself proves nothing. */
  readonly who: string;
  /** UTC. */
  readonly when: string;
  readonly applyId: string;
}

interface MoversRequest {
  /** The fingerprint of the tables that the plan started from. */
  readonly base: string;
  readonly addresses: readonly string[];
}

/** How far back the log is searched: every entry holds a whole plan. */
const MAX_ENTRIES = 200;
const MAX_MOVERS = 10;
/** Longer ones are passed over: all of them would be searched. */
const MAX_PLAN_BYTES = 16 * 1024 * 1024;

/**
 * The apply that started from this base, and later ones, caused the difference. Who may apply may
 * add any JSON: other shapes are passed over, and so is what PostgreSQL stores but cannot take
 * apart, a NUL or half of a surrogate pair anywhere in it.
 * https://www.postgresql.org/docs/current/datatype-json.html
 */
const MOVERS = `
  WITH recent AS MATERIALIZED (
         SELECT id, applied_at, database_user,
                CASE WHEN octet_length(plan::text) <= ${MAX_PLAN_BYTES}
                      AND plan::text !~* '\\\\u(0000|d[89a-f])' THEN plan END AS plan
           FROM ONLY lenkwerk.apply_log ORDER BY id DESC LIMIT ${MAX_ENTRIES}),
       first AS (SELECT pg_catalog.min(id) AS id FROM recent WHERE plan ->> 'base' = $1)
  SELECT DISTINCT ON (change.address)
         change.address, recent.database_user,
         pg_catalog.date_trunc('second', recent.applied_at)::text, recent.id::text
    FROM recent
    JOIN first ON recent.id >= first.id
   CROSS JOIN LATERAL (
         SELECT entry ->> 'address' AS address
           FROM pg_catalog.json_array_elements(
                  CASE WHEN pg_catalog.json_typeof(recent.plan -> 'changes') = 'array'
                       THEN recent.plan -> 'changes' END) AS entry) AS change
   WHERE change.address = ANY ($2::text[])
   ORDER BY change.address, recent.id DESC
   LIMIT ${MAX_MOVERS}`;

/** The newest apply that changed each address; none where other tools changed it. Never throws. */
export async function findMovers(
  client: Client,
  { base, addresses }: MoversRequest,
): Promise<readonly Mover[]> {
  try {
    const { rows } = await client.query<[string, string, string, string]>({
      text: MOVERS,
      rowMode: 'array',
      values: [base, [...addresses]],
    });
    return rows.map(([address, who, when, applyId]) => ({ address, who, when, applyId }));
  } catch {
    // A damaged log must not hide why the plan is stale.
    return [];
  }
}
