/** What of a ZooKeeper needs an operator, or soon will. */
import type { StoreTrouble } from '../store.js';
import type { Ensemble } from './ensemble.js';
import type { ZookeeperLimits } from './limits.js';
import { orAbsent, unlessRefused } from './protocol/errors.js';
import { type AclEntry, getAcl, getData, READ_RIGHT } from './protocol/requests.js';
import { DEFAULT_REQUEST_BYTES, ZOOKEEPER_LIMITS } from './settings.js';

/** What can be seen of the servers and of the store. */
export interface ZookeeperFacts {
  /** Servers that vote; undefined: not known. */
  readonly voters: number | undefined;
  /** Of the journal; undefined: it does not exist, or may not be seen. */
  readonly acl: readonly AclEntry[] | undefined;
  readonly requestBytes: number;
  /** The largest commit of several changes. */
  readonly maxBytes: number;
}

/** The nodes that keep the store when one of them fails. */
const ENOUGH_VOTERS = 3;

/** The troubles in these facts, worst first. */
export function judgeZookeeper(facts: ZookeeperFacts): readonly StoreTrouble[] {
  return [...sizeTroubles(facts), ...voterTroubles(facts), ...accessTroubles(facts)];
}

function sizeTroubles({ requestBytes, maxBytes }: ZookeeperFacts): readonly StoreTrouble[] {
  if (maxBytes >= ZOOKEEPER_LIMITS.maxValueBytes) return [];
  const message = `ZooKeeper takes requests of ${requestBytes} bytes, too few for records that plans let through`;
  const help = `raise jute.maxbuffer of all servers to ${DEFAULT_REQUEST_BYTES}, its default`;
  return [{ kind: 'space', level: 'warn', message, help }];
}

function voterTroubles({ voters }: ZookeeperFacts): readonly StoreTrouble[] {
  if (voters === undefined || voters >= ENOUGH_VOTERS) return [];
  const message =
    voters === 1
      ? 'ZooKeeper has one server, whose disk alone keeps the store'
      : `ZooKeeper has ${voters} servers, and takes no writes while one of them is down`;
  return [{ kind: 'durability', level: 'warn', message, help: 'run three servers, or five' }];
}

function accessTroubles({ acl = [] }: ZookeeperFacts): readonly StoreTrouble[] {
  const isOpen = acl.some(({ scheme, rights }) => scheme === 'world' && rights !== READ_RIGHT);
  if (!isOpen) return [];
  const message = 'every client of the ZooKeeper may change the store';
  const help =
    'name a user in its URL, with acl=creator,read:world, and run `setAcl -R` for what exists';
  return [{ kind: 'access', level: 'warn', message, help }];
}

/** Throws as Ensemble.anywhere does. */
export function readZookeeperFacts(
  ensemble: Ensemble,
  { requestBytes, maxBytes }: ZookeeperLimits,
): Promise<ZookeeperFacts> {
  return ensemble.anywhere('read the state', async (connection) => {
    const config = await unlessRefused(orAbsent(connection.send(getData(CONFIG))));
    const acl = await unlessRefused(orAbsent(connection.send(getAcl(ensemble.paths.journal))));
    return { voters: votersOf(config?.data?.toString()), acl, requestBytes, maxBytes };
  });
}

/**
 * The servers as each of them knows them; a server that is alone has no list.
 * https://zookeeper.apache.org/doc/current/zookeeperReconfig.html
 */
const CONFIG = '/zookeeper/config';

function votersOf(config: string | undefined): number | undefined {
  if (config === undefined) return undefined;
  const servers = config.match(/^server\.\d+=.*$/gm) ?? [];
  const voters = servers.filter((line) => !line.includes(':observer'));
  return Math.max(1, voters.length);
}
