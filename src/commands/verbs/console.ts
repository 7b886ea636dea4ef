/** `lenkwerk console`: a read-only web page. */
import { LenkwerkError } from '../../model/errors.js';
import { type CommandContext, PATHS, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'serve a read-only web page of what is desired, recorded and published',
  arguments: [PATHS],
  options: [
    {
      flags: '--listen <address>',
      description: 'where, like 127.0.0.1:8080, :8080 or /run/lenkwerk/console.sock',
      default: '127.0.0.1:8080',
    },
    {
      flags: '--token-file <file>',
      description: 'clients have to send the token in this file, as Bearer or password of Basic',
    },
    {
      flags: '--trust-header <name>',
      description: 'the header in which a proxy names the user that it admitted',
    },
    {
      flags: '--trusted-proxy <range>',
      description: 'the addresses of that proxy, like 10.0.0.0/8',
    },
    {
      flags: '--allow-host <name>',
      description: 'a further name by which browsers may call it; may be repeated',
      repeatable: true,
    },
  ],
  examples: ['lenkwerk console cluster/', 'lenkwerk console --listen :8080 --token-file token'],
};

interface ConsoleFlags {
  readonly listen: string;
  readonly tokenFile?: string;
  readonly trustHeader?: string;
  readonly trustedProxy?: string;
  readonly allowHost: readonly string[];
}

export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: ConsoleFlags,
): Promise<Exit> {
  if (paths.includes('-')) {
    throw new LenkwerkError('usage', 'the console reads manifests again and again', {
      hint: 'name files or folders, not standard input',
    });
  }
  const { serveConsole } = await import('../../console/server.js');
  const { listen, tokenFile, trustHeader, trustedProxy, allowHost } = flags;
  await serveConsole(context, {
    ...{ paths, listen, tokenFile, trustHeader, trustedProxy, allowHost },
    onListening: (address) => context.logger.info('listening', { address }),
  });
  return 'success';
}
