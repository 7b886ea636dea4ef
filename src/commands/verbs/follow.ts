/** `lenkwerk follow`: keeps the tables of a storage node in step, until it is interrupted. */
import type { FollowFlags } from '../../applying/follow.js';
import { DEFAULT_TARGET } from '../../model/installation.js';
import { type CommandContext, seconds, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: "keep the tables of a storage node's database in step with the key-value store",
  options: [
    {
      flags: '--target <name>',
      description: 'the store to follow',
      default: DEFAULT_TARGET,
    },
    {
      flags: '--name <host_port>',
      description: 'this node, by host and port of its instance (default: by the host name)',
    },
    {
      flags: '--exec <command>',
      description: 'run this after changes, with a JSON line for each key on its input',
    },
    {
      flags: '--exec-timeout <seconds>',
      description: 'how long that command may take',
      parse: seconds,
      default: 60,
    },
    {
      flags: '--once',
      description: 'bring the tables to what is published, and end',
      default: false,
    },
    {
      flags: '--allow-mass-delete',
      description: 'let a comparison delete a large part of the rows',
      default: false,
    },
    {
      flags: '--listen <address>',
      description: 'serve /metrics, /healthz, /readyz there, like 127.0.0.1:9188',
    },
  ],
  examples: [
    'lenkwerk follow -d bagger --kv etcd://kv1,kv2 --listen :9188',
    'lenkwerk follow -d bagger --kv etcd://kv1 --name node-1_5432 --once',
  ],
  // Its environments have the Lenkwerk database, which is not the node's.
  project: 'nothing',
};

export async function run(context: CommandContext, flags: FollowFlags): Promise<Exit> {
  const { follow } = await import('../../applying/follow.js');
  await follow(context, flags);
  return 'success';
}
