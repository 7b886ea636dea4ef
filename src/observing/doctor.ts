/** All checks of `lenkwerk doctor`, in the order in which one would repair what they find. */
import type { Client } from 'pg';
import { readServerFacts } from '../postgres/server.js';
import { readSlotActivity } from '../postgres/slots.js';
import type { Target } from '../publishing/targets/targets.js';
import { checkCapacity, checkRole, checkServer } from './checks/server.js';
import { checkConfig, checkSetup } from './checks/setup.js';
import { checkStranded, checkTarget, type TargetFacts } from './checks/targets.js';
import { type Finding, guarded } from './finding.js';
import { type SeenTarget, seeTargets } from './seen-target.js';

/**
 * Writes nothing. `findTargets` may throw: that is a finding too. Throws when the database cannot
 * be asked at all.
 */
export async function examine(
  client: Client,
  findTargets: () => Promise<readonly Target[]>,
): Promise<readonly Finding[]> {
  const server = await readServerFacts(client);
  return [
    ...checkServer(server, new Date()),
    ...(await guarded('role', () => checkRole(client))),
    ...(await checkSetup(client)),
    ...(await guarded('config.values', () => checkConfig(client))),
    ...(await guarded('targets', async () => {
      const targets = await seeTargets(await findTargets());
      const slots = await readSlotActivity(
        client,
        targets.map(({ slotName }) => slotName),
      );
      const facts = { server, slots, database: client.database ?? '' };
      return checkTargets(client, targets, facts);
    })),
  ];
}

async function checkTargets(
  client: Client,
  targets: readonly SeenTarget[],
  facts: TargetFacts,
): Promise<readonly Finding[]> {
  const found = new Set(facts.slots.map(({ name }) => name));
  const slots = targets.filter(({ slotName }) => !found.has(slotName)).length;
  const active = facts.slots.filter((slot) => slot.active).length;
  const senders = Math.max(0, targets.length - active);
  return [
    ...(await checkCapacity(client, facts.server, { slots, senders })),
    ...targets.flatMap((target) => checkTarget(target, facts)),
    ...checkStranded(facts.slots, targets),
  ];
}
