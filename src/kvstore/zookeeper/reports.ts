/** What nodes report: below a node of its own, without an entry in the journal. */
import { StoreForbidden } from '../../model/errors.js';
import { type FoundAcknowledgement, noPlaceYet } from '../acknowledgements.js';
import type { Ensemble } from './ensemble.js';
import { parentOf, parentsOf } from './paths.js';
import type { Connection } from './protocol/connection.js';
import { CODE, orAbsent, unlessExists, unlessRefused, ZookeeperError } from './protocol/errors.js';
import { readChildren } from './protocol/nodes.js';
import {
  type AclEntry,
  ANY_VERSION,
  CREATE_RIGHT,
  create,
  deleteNode,
  exists,
  getData,
  setData,
  sync,
} from './protocol/requests.js';

/** One may have a mebibyte, of which little is kept. */
const READ_TOGETHER = 50;

/**
 * Makes the node above the reports. Users that `acl` names as readers may create nodes below it;
 * what they create is theirs. Throws as Ensemble.once does.
 */
export async function makeFolder(ensemble: Ensemble, folder: string): Promise<void> {
  const path = folderPath(ensemble, folder);
  const { acl } = ensemble.settings;
  await ensemble.once('prepare acknowledgements', async (connection) => {
    for (const parent of parentsOf(path)) await createMissing(connection, parent, acl);
    await createMissing(connection, path, acl.map(asReporter));
  });
}

/** A user that is named; not all the world, which could fill the store. */
function asReporter(entry: AclEntry): AclEntry {
  return entry.scheme === 'world' ? entry : { ...entry, rights: entry.rights | CREATE_RIGHT };
}

/** The right to create is asked for only where the node is missing. */
async function createMissing(
  connection: Connection,
  path: string,
  acl: readonly AclEntry[],
): Promise<void> {
  if ((await orAbsent(connection.send(exists(path)))) !== undefined) return;
  await unlessExists(connection.send(create({ path, data: undefined, acl })));
}

/** Throws `noPlaceYet`, else as Ensemble.once does. */
export async function report(ensemble: Ensemble, node: string, [key, text]: Report): Promise<void> {
  const path = ensemble.paths.ofKey(key);
  const { acl } = ensemble.settings;
  const data = Buffer.from(text);
  const what = `acknowledge as ${node}`;
  await ensemble.once(what, async (connection) => {
    try {
      if (await isThere(connection.send(setData({ path, version: ANY_VERSION }, data)))) return;
      if (await isThere(connection.send(create({ path, data, acl })))) return;
    } catch (error) {
      if (!(error instanceof ZookeeperError) || error.code !== CODE.noRights) throw error;
      throw new StoreForbidden(`${what}: ${error.message}`, { cause: error, hint: RIGHTS_HINT });
    }
    throw noPlaceYet(node, undefined);
  });
}

const RIGHTS_HINT =
  'name this user in the acl of the agent, as read:USER:DIGEST; is the name that of another node?';

type Report = readonly [key: string, text: string];

async function isThere(answer: Promise<void>): Promise<boolean> {
  return (await orAbsent(answer.then(() => true))) === true;
}

/** Those that this login may not read have no text. Throws as Ensemble.anywhere does. */
export async function* listReports(
  ensemble: Ensemble,
  folder: string,
): AsyncGenerator<FoundAcknowledgement> {
  const path = folderPath(ensemble, folder);
  const what = 'list acknowledgements';
  const children = await ensemble.anywhere(what, async (connection) => {
    await connection.send(sync(ensemble.paths.root));
    return readChildren(connection, [path]);
  });
  for (let start = 0; start < children.length; start += READ_TOGETHER) {
    const page = children.slice(start, start + READ_TOGETHER);
    const nodes = await ensemble.anywhere(what, (connection) =>
      Promise.all(page.map((child) => unlessRefused(orAbsent(connection.send(getData(child)))))),
    );
    for (const [index, node] of nodes.entries()) {
      const key = ensemble.paths.keyOf(page[index] ?? '') ?? '';
      yield [key, node?.data?.toString()];
    }
  }
}

/** Throws as Ensemble.once does. */
export async function removeReport(ensemble: Ensemble, key: string): Promise<void> {
  const place = { path: ensemble.paths.ofKey(key), version: ANY_VERSION };
  await ensemble.once(`remove ${key}`, (connection) =>
    orAbsent(connection.send(deleteNode(place))),
  );
}

function folderPath({ paths }: Ensemble, folder: string): string {
  return parentOf(paths.ofKey(folder));
}
