/** The requests that a store needs. */
import { type JuteReader, JuteWriter } from './jute.js';

/** What is sent, and how its answer is read. */
export interface Request<Answer> {
  /** Of ZooDefs.OpCode in https://github.com/apache/zookeeper/tree/master/zookeeper-server */
  readonly type: number;
  readonly write: (out: JuteWriter) => void;
  /** `zxid`: the last transaction that the answer shows; of a writing request its own. */
  readonly read: (answer: JuteReader, zxid: bigint) => Answer;
}

/** A request that is encoded already. */
export interface EncodedRequest<Answer> extends Request<Answer> {
  /** Of its message, which is what a server bounds by its jute.maxbuffer. */
  readonly bytes: number;
}

/** The number of the request and its type. */
const HEADER_BYTES = 8;

/** The same request, for which `write` only copies. */
export function encoded<Answer>({ type, write, read }: Request<Answer>): EncodedRequest<Answer> {
  const out = new JuteWriter();
  write(out);
  const body = out.finish();
  return { type, read, write: (to) => to.raw(body), bytes: HEADER_BYTES + body.length };
}

/** https://zookeeper.apache.org/doc/current/zookeeperProgrammers.html#sc_zkStatStructure */
export interface Stat {
  /** The transaction that created the node. */
  readonly createdBy: bigint;
  /** The transaction that set the data last. */
  readonly changedBy: bigint;
  readonly version: number;
  readonly dataBytes: number;
  readonly children: number;
}

export interface Node {
  /** undefined: null, which is not the same as no bytes. */
  readonly data: Buffer | undefined;
  readonly stat: Stat;
}

/** One entry of an access control list. */
export interface AclEntry {
  /** A sum of rights. */
  readonly rights: number;
  readonly scheme: string;
  readonly id: string;
}

/** To read, write, create, delete and admin. */
export const ALL_RIGHTS = 31;
/** To read data and list children. */
export const READ_RIGHT = 1;
/** To set data. */
export const WRITE_RIGHT = 2;
/** To create children. */
export const CREATE_RIGHT = 4;

/** Deletes or sets a node whatever its version is. */
export const ANY_VERSION = -1;
/** A version that no node has. */
export const NO_VERSION = 2 ** 31 - 1;

const TYPE = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  getChildren: 8,
  sync: 9,
  check: 13,
} as const;

function readStat(answer: JuteReader): Stat {
  const [createdBy, changedBy] = [answer.long(), answer.long()];
  answer.long();
  answer.long();
  const version = answer.int();
  answer.int();
  answer.int();
  answer.long();
  const [dataBytes, children] = [answer.int(), answer.int()];
  answer.long();
  return { createdBy, changedBy, version, dataBytes, children };
}

/** Whether to report the next change of the node, once, to `Connection.onChange`. */
type Watched = 'watched' | 'unwatched';

/** What a node holds; `watched`: see Watched. */
export function getData(path: string, watched: Watched = 'unwatched'): Request<Node> {
  return {
    type: TYPE.getData,
    write: (out) => out.text(path).bool(watched === 'watched'),
    read: (answer) => ({ data: answer.buffer(), stat: readStat(answer) }),
  };
}

/** The only request that needs no right on the node. */
export function exists(path: string, watched: Watched = 'unwatched'): Request<Stat> {
  return {
    type: TYPE.exists,
    write: (out) => out.text(path).bool(watched === 'watched'),
    read: readStat,
  };
}

/** The names of the children, in no order. */
export function getChildren(path: string): Request<readonly string[]> {
  return {
    type: TYPE.getChildren,
    write: (out) => out.text(path).bool(false),
    read: (answer) => answer.list(() => answer.text()),
  };
}

/** Who may do what with a node; only those with the right to admin see digests. */
export function getAcl(path: string): Request<readonly AclEntry[]> {
  return {
    type: TYPE.getAcl,
    write: (out) => out.text(path),
    read: (answer) =>
      answer.list(() => ({ rights: answer.int(), scheme: answer.text(), id: answer.text() })),
  };
}

/** Afterwards this server shows what the leader had committed before. */
export function sync(path: string): Request<void> {
  return { type: TYPE.sync, write: (out) => out.text(path), read: () => {} };
}

interface NewNode {
  readonly path: string;
  /** undefined: null. */
  readonly data: Buffer | undefined;
  readonly acl: readonly AclEntry[];
}

const PERSISTENT = 0;

/** A node that stays until it is deleted; fails where there is one, or no parent. */
export function create({ path, data, acl }: NewNode): Request<void> {
  return {
    type: TYPE.create,
    write(out) {
      out.text(path).buffer(data).int(acl.length);
      for (const { rights, scheme, id } of acl) out.int(rights).text(scheme).text(id);
      out.int(PERSISTENT);
    },
    read: (answer) => void answer.text(),
  };
}

/** The version that a node must have. */
interface Versioned {
  readonly path: string;
  readonly version: number;
}

/** The data of a node; undefined: null. */
export function setData({ path, version }: Versioned, data: Buffer | undefined): Request<void> {
  return {
    type: TYPE.setData,
    write: (out) => out.text(path).buffer(data).int(version),
    read: (answer) => void readStat(answer),
  };
}

/** Fails where the node has children. */
export function deleteNode({ path, version }: Versioned): Request<void> {
  return { type: TYPE.delete, write: (out) => out.text(path).int(version), read: () => {} };
}

/** Part of a multi: fails where the node has another version. */
export function check({ path, version }: Versioned): Request<void> {
  return { type: TYPE.check, write: (out) => out.text(path).int(version), read: () => {} };
}
