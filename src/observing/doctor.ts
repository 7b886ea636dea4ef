/** All checks of `lenkwerk doctor`, in the order in which their findings should be repaired. */
import type { Client } from 'pg';
import { isNode } from '../database/setup/node.js';
import { readServerFacts } from '../postgres/server.js';
import type { Target } from '../publishing/targets/targets.js';
import { checkAddress } from './checks/address.js';
import { checkNodeDatabase } from './checks/node-database.js';
import { checkNodes } from './checks/nodes.js';
import { checkCapacity, checkRole, checkServer } from './checks/server.js';
import { checkConfig, checkSetup } from './checks/setup.js';
import { checkStrays, checkTarget } from './checks/targets.js';
import { type Finding, guarded } from './finding.js';
import { type SeenTargets, seeTargets } from './seen-target.js';

/**
 * Every finding, in the order of the checks; of the database of a storage node its own. Writes
 * nothing. `findTargets` may throw: that is a finding too. Throws when the database does not answer
 * at all.
 */
export async function examine(
  client: Client,
  findTargets: () => Promise<readonly Target[]>,
): Promise<readonly Finding[]> {
  const server = await readServerFacts(client);
  if (await isNode(client)) return await checkNodeDatabase(client);
  return [
    ...checkServer(server, new Date()),
    ...(await guarded('role', () => checkRole(client))),
    ...(await checkSetup(client)),
    ...(await guarded('config.values', () => checkConfig(client))),
    ...(await guarded('targets', async () => {
      return checkTargets(client, await seeTargets(client, await findTargets()));
    })),
  ];
}

async function checkTargets(
  client: Client,
  { targets, slots, strays, server, nodes }: SeenTargets,
): Promise<readonly Finding[]> {
  const active = slots.filter((slot) => slot.active).length;
  const needed = {
    slots: targets.filter(({ slot }) => slot === undefined).length,
    senders: Math.max(0, targets.length - active),
  };
  return [
    ...(await checkCapacity(client, server, needed)),
    ...targets.flatMap((target) => checkTarget(target, client.database ?? '')),
    ...(await checkAddress(client, targets)),
    ...checkStrays(strays, targets),
    ...checkNodes(nodes),
  ];
}
