/** Generations of the servermap, added, changed and taken back. */
import type { Operation } from './operation.js';

export const SERVERMAP: readonly Operation[] = [
  {
    name: 'servermap generation',
    weight: 5,
    run: (client) => client.query(`INSERT INTO storage.servermap (server_map) VALUES ('{}')`),
  },
  {
    name: 'servermap older generation updated',
    weight: 2,
    run: (client, random) =>
      client.query(
        `UPDATE storage.servermap SET server_map = '{"old": true}'
          WHERE id = (SELECT id FROM storage.servermap ORDER BY id LIMIT 1 OFFSET $1)`,
        [random.between(0, 20)],
      ),
  },
  {
    name: 'servermap older generation deleted',
    weight: 0.5,
    run: (client, random) =>
      client.query(
        `DELETE FROM storage.servermap
          WHERE id = (SELECT id FROM storage.servermap ORDER BY id LIMIT 1 OFFSET $1)`,
        [random.between(0, 20)],
      ),
  },
  {
    // An agent that has not seen the older ones has to resync.
    name: 'servermap newest generations deleted',
    weight: 0.5,
    run: (client, random) =>
      client.query(
        `DELETE FROM storage.servermap
          WHERE id IN (SELECT id FROM storage.servermap ORDER BY id DESC LIMIT $1)`,
        [random.between(1, 3)],
      ),
  },
];
