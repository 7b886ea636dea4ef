/** Changes of the Lenkwerk tables over few objects, so that they meet each other. */
import fc from 'fast-check';
import type { Client } from 'pg';

/** Statements over few objects, so that they meet each other; `n` makes their values differ. */
const CHANGES: readonly ((n: number) => string)[] = [
  (n) => `INSERT INTO storage.config (key, value) VALUES ('a/${n % 4}', '{"n": ${n}.10}')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  (n) => `DELETE FROM storage.config WHERE key = 'a/${n % 4}'`,
  (n) => `INSERT INTO storage.postgres_instance (host, port, username) VALUES ('h', ${n % 5}, 'u')
    ON CONFLICT (host, port) DO UPDATE SET status = ${n % 4}`,
  (n) => `DELETE FROM storage.postgres_instance WHERE port = ${n % 5}`,
  (n) => `UPDATE storage.postgres_instance SET port = (
    SELECT max(port) + 1 FROM storage.postgres_instance) WHERE port = ${n % 5}`,
  (n) => `INSERT INTO storage.servermap (server_map) VALUES ('{"n": ${n}}')`,
  () => `DELETE FROM storage.servermap WHERE id = (SELECT max(id) FROM storage.servermap)`,
  (n) => `INSERT INTO storage.dimension (ordinality, fieldname)
    SELECT coalesce(max(ordinality), -1) + 1, '/${n % 6}' FROM ONLY storage.dimension
    ON CONFLICT (fieldname) DO UPDATE SET valid_until = '2026-01-01'`,
  (n) => `DELETE FROM storage.dimension WHERE fieldname = '/${n % 6}'`,
  () => `UPDATE storage.dimension SET ordinality = 1000 - ordinality`,
  (n) => `INSERT INTO storage.index (indexname, access_method) VALUES ('i${n % 3}', 'gin')
    ON CONFLICT (indexname) DO UPDATE SET tablespc = 't${n}'`,
  (n) => `INSERT INTO storage.index_field (index_id, ordinality, expression)
    SELECT id, (SELECT coalesce(max(f.ordinality), 0) + 1 FROM ONLY storage.index_field f
      WHERE f.index_id = i.id), 'data' FROM ONLY storage.index i WHERE indexname = 'i${n % 3}'`,
  (n) => `DELETE FROM storage.index_field WHERE ordinality = ${(n % 3) + 1}`,
  (n) => `WITH gone AS (DELETE FROM storage.index_field f USING storage.index i
      WHERE f.index_id = i.id AND i.indexname = 'i${n % 3}')
    DELETE FROM storage.index WHERE indexname = 'i${n % 3}'
      AND NOT EXISTS (SELECT FROM storage.index_field f WHERE f.index_id = storage.index.id)`,
];

/** So many transactions, which the seed determines. */
export async function changeAtRandom(sql: Client, seed: number, rounds = 60): Promise<void> {
  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
  for (const [round, transaction] of fc.sample(picks, { numRuns: rounds, seed }).entries()) {
    await sql.query('BEGIN');
    for (const pick of transaction) {
      const change = CHANGES[pick % CHANGES.length];
      await sql.query(change?.(round + pick) ?? '');
    }
    await sql.query('COMMIT');
  }
}
