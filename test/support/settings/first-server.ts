import { assert } from '../../../src/model/errors.js';
import type {
  ConnectionSettings,
  ServerSettings,
} from '../../../src/postgres/connection-settings.js';

/** The settings for the first of their servers, with changes of it. */
export function firstServer(
  settings: ConnectionSettings,
  changes: Partial<ServerSettings['server']> = {},
): ServerSettings {
  const [first] = settings.servers;
  assert(first !== undefined, 'there is a server');
  const server = { ...first, ...changes };
  return { ...settings, servers: [server], server };
}
