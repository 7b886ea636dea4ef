/** What a node's tables ask of the server, as a test sees it. */
import type { Client } from 'pg';
import { vi } from 'vitest';

/** How many records a statement saves. */
export function lengthOfInsert(query: unknown): number {
  if (typeof query !== 'object' || query === null) return 0;
  const fields = new Map<string, unknown>(Object.entries(query));
  const values = fields.get('values');
  const isInsert = String(fields.get('text')).startsWith('INSERT');
  return isInsert && Array.isArray(values) && Array.isArray(values[0]) ? values[0].length : 0;
}

/**
 * How often the steps of each statement from now on visit a row, as the server counts, and how many
 * statements it compiled.
 */
export function explaining(client: Client) {
  const visits: number[] = [];
  let compiled = 0;
  const query = client.query.bind(client);
  const watched = vi.spyOn(client, 'query').mockImplementation(async (asked: unknown) => {
    if (typeof asked !== 'object' || asked === null) return await query(String(asked));
    const fields = new Map<string, unknown>(Object.entries(asked));
    const text = String(fields.get('text'));
    const given = fields.get('values');
    const values = Array.isArray(given) ? given : [];
    if (!/^\s*(SELECT|WITH|INSERT|DELETE|UPDATE)/.test(text)) return await query(text);
    const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
    const { rows } = await query({ text: explain, values, rowMode: 'array' });
    const plan: unknown = JSON.parse(String(rows[0]?.[0]));
    visits.push(visitsOf(plan));
    if (JSON.stringify(plan).includes('"JIT":')) compiled += 1;
    // Those that write have been executed with that.
    return text.trimStart().startsWith('SELECT')
      ? await query({ text, values, rowMode: 'array' })
      : { rows };
  });
  return { visits, compiled: () => compiled, stop: () => watched.mockRestore() };
}

function visitsOf(plan: unknown): number {
  if (Array.isArray(plan)) return plan.reduce((sum: number, part) => sum + visitsOf(part), 0);
  if (typeof plan !== 'object' || plan === null) return 0;
  const fields = new Map<string, unknown>(Object.entries(plan));
  const numberOf = (name: string) => Number(fields.get(name) ?? 0);
  const removed = ['Rows Removed by Filter', 'Rows Removed by Join Filter'].map(numberOf);
  const rows = removed.reduce((sum, count) => sum + count, numberOf('Actual Rows'));
  return visitsOf([...fields.values()]) + rows * numberOf('Actual Loops');
}
