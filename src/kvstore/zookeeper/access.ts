/** Whether the login is the one that the store was written with. */
import { LenkwerkError } from '../../model/errors.js';
import type { Ensemble } from './ensemble.js';
import type { Connection } from './protocol/connection.js';
import { CODE, orAbsent, unlessRefused, ZookeeperError } from './protocol/errors.js';
import { type AclEntry, getAcl, NO_VERSION, setData, WRITE_RIGHT } from './protocol/requests.js';

/**
 * A server takes any password, and refuses what another one was needed for. So a user that may
 * write to the journal, and whose write is refused, has another password. Changes nothing, since
 * the journal never has the version that is asked for. Throws `store-rejected`, and what the
 * ensemble throws.
 */
export async function requirePassword(ensemble: Ensemble): Promise<void> {
  const { settings, paths } = ensemble;
  const username = settings.auth?.username;
  if (username === undefined) return;
  const isWrong = await ensemble.anywhere('look who may write', async (connection) => {
    const acl = await unlessRefused(orAbsent(connection.send(getAcl(paths.journal))));
    return (
      acl?.some(allowsWriting(username)) === true && !(await mayWrite(connection, paths.journal))
    );
  });
  if (!isWrong) return;
  throw new LenkwerkError('store-rejected', `the store has another password for ${username}`, {
    hint: 'set ZOOKEEPER_PASSWORD to the one under which the store was written',
  });
}

/** The server hides the digests of users from others. */
function allowsWriting(username: string) {
  return ({ rights, scheme, id }: AclEntry) =>
    scheme === 'digest' && id.startsWith(`${username}:`) && (rights & WRITE_RIGHT) !== 0;
}

async function mayWrite(connection: Connection, path: string): Promise<boolean> {
  try {
    await connection.send(setData({ path, version: NO_VERSION }, undefined));
    return true;
  } catch (error) {
    if (error instanceof ZookeeperError) return error.code !== CODE.noRights;
    throw error;
  }
}
