/** `lenkwerk agent`: publishes what is recorded, until it is interrupted. */
import type { AgentFlags } from '../../applying/agent.js';
import { DEFAULT_PUBLICATION, DEFAULT_TARGET } from '../../model/installation.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'publish every change to the key-value store, until interrupted',
  options: [
    {
      flags: '--target <name>',
      description: 'only this store; may be repeated',
      repeatable: true,
    },
    {
      flags: '--slot <name>',
      description: `replication slot of \`${DEFAULT_TARGET}\`, or of the one --target`,
    },
    {
      flags: '--publication <name>',
      description: `publication (default: ${DEFAULT_PUBLICATION})`,
    },
    {
      flags: '--allow-mass-delete',
      description: 'let a resync delete a large part of the keys',
      default: false,
    },
    {
      flags: '--accept-timeline <timeline:checkpoint>',
      description: 'publish from an earlier timeline; an agent that waits names the value',
      repeatable: true,
    },
    {
      flags: '--heal',
      description: 'repair keys at once that another client changed',
      default: false,
    },
    {
      flags: '--listen <address>',
      description: 'serve /metrics, /healthz, /readyz there, like 127.0.0.1:9187',
    },
  ],
  examples: [
    'lenkwerk agent -d lenkwerk --listen :9187',
    'lenkwerk agent --target default --target eu',
    'lenkwerk agent --kv etcd://host:2379?prefix=/eu',
  ],
};

export async function run(context: CommandContext, flags: AgentFlags): Promise<Exit> {
  const { runAgents } = await import('../../applying/agent.js');
  await runAgents(context, flags);
  return 'success';
}
