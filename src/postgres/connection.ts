/** Opens sessions with the Lenkwerk database. */
import type { Client } from 'pg';
import { assert } from '../model/errors.js';
import { closeConnection, isSocket } from './connect/attempt.js';
import { connectToFirst } from './connect/first-server.js';
import type { ConnectionSettings, ServerSettings } from './connection-settings.js';
import { toLenkwerkError } from './errors.js';
import { requireSettings, sessionSettings } from './session-settings.js';

/** How each open session was opened. */
const SETTINGS = new WeakMap<Client, ServerSettings>();

/**
 * An open session with the first server that fits, to be closed with `closeConnection`. Throws
 * `database-unavailable` with one line that names the servers, the database, the user and the
 * reasons; its requests do when the server does not answer for as long as the settings let it.
 */
export async function openConnection(
  settings: ConnectionSettings,
  purpose: string,
): Promise<Client> {
  const { client, settings: reached } = await connectToFirst(settings, purpose);
  SETTINGS.set(client, reached);
  try {
    await requireSettings(client, sessionSettings(settings.options, settings.session));
    return client;
  } catch (error) {
    await closeConnection(client);
    throw toLenkwerkError(error);
  }
}

/**
 * The settings of a session that `openConnection` gave, for its server alone, at its address: what
 * belongs to the session (its locks, its process id, an exported snapshot) is known nowhere else.
 */
export function settingsBeside(client: Client): ServerSettings {
  const settings = SETTINGS.get(client);
  assert(settings !== undefined, 'a session has settings');
  return { ...settings, servers: [settings.server], attributes: 'any' };
}

/** Another session with server and database of one that `openConnection` gave. */
export function openBeside(client: Client, purpose: string): Promise<Client> {
  return openConnection(settingsBeside(client), purpose);
}

/** Whether a session that `openConnection` gave is over a Unix socket. */
export function isOverSocket(client: Client): boolean {
  const { host, address = host } = settingsBeside(client).server;
  return isSocket(address);
}

/** The settings for the same server, another database. */
export function withDatabase(settings: ConnectionSettings, database: string): ConnectionSettings {
  return { ...settings, database };
}
