import { expect, test } from 'vitest';
import { serve } from '../../support/agents/listening-agent.js';
import { install } from '../../support/agents/operations-fixture.js';
import { nodesOf } from '../../support/nodes/acknowledging.js';
import { waitFor } from '../../support/wait.js';

test('the metrics of an agent count the nodes that acknowledge', async () => {
  const installation = await install();
  await installation.sql.query(`
    INSERT INTO storage.postgres_instance (host, port, username, status)
    VALUES ('a', 1, 'u', 3), ('b', 2, 'u', 1), ('off', 3, 'u', 0)`);
  const { get } = await serve(installation.database.url);
  const nodes = await nodesOf(installation);
  await waitFor(() => nodes.newest().catch(() => undefined), { what: 'a checkpoint' });
  nodes.follow('a_1');
  await waitFor(async () => (await nodes.store.acknowledgements(installation.target)).byNode.size, {
    what: 'an acknowledgement',
  });
  const lines = await waitFor(
    async () => {
      const { body } = await get('/metrics');
      const found = body.split('\n').filter((line) => line.startsWith('lenkwerk_nodes'));
      return found.length > 0 ? found : undefined;
    },
    { what: 'the nodes' },
  );
  // Between its acknowledgements a node may be behind.
  expect(lines.toSorted().join('\n')).toMatch(
    /^lenkwerk_nodes_slowest_lsn_bytes \d+\nlenkwerk_nodes{state="behind"} (0|1)\nlenkwerk_nodes{state="in-step"} (1|0)\nlenkwerk_nodes{state="never"} 1\nlenkwerk_nodes{state="refused"} 0\nlenkwerk_nodes{state="silent"} 0\nlenkwerk_nodes{state="unknown"} 0$/,
  );
});
