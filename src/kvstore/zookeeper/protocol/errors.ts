/** Failures of a ZooKeeper, as its protocol has them and as a store reports them. */
import { LenkwerkError } from '../../../model/errors.js';

/**
 * The codes that this driver distinguishes.
 * KeeperException.Code in https://github.com/apache/zookeeper/tree/master/zookeeper-server
 */
export const CODE = {
  ok: 0,
  inconsistency: -2,
  unimplemented: -6,
  noNode: -101,
  noRights: -102,
  badVersion: -103,
  nodeExists: -110,
  notEmpty: -111,
} as const;

/** What a code means; `passes`: the same request may succeed later. */
interface Meaning {
  readonly text: string;
  readonly passes: boolean;
  readonly hint?: string;
}

const QUOTA_HINT = 'raise the quota of the node (setquota), or delete what is not needed';

/** In the order of the codes. Any other is taken for a failure that passes. */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [
    CODE.unimplemented,
    {
      text: 'the server does not know a request',
      passes: false,
      hint: 'ZooKeeper 3.6 or newer is needed',
    },
  ],
  [-8, { text: 'the server refuses the request as malformed', passes: false }],
  [CODE.noNode, { text: 'there is no such node', passes: false }],
  [
    CODE.noRights,
    {
      text: 'the login lacks a right on the node',
      passes: false,
      hint: 'ZooKeeper takes any password: is it the right one? See `getAcl` of the node',
    },
  ],
  [CODE.badVersion, { text: 'the node was changed meanwhile', passes: true }],
  [CODE.nodeExists, { text: 'the node exists', passes: true }],
  [CODE.notEmpty, { text: 'the node has children', passes: true }],
  [-112, { text: 'the session has expired', passes: true }],
  [
    -114,
    {
      text: 'the server refuses the access control list',
      passes: false,
      hint: 'acl=creator needs a user or a client certificate',
    },
  ],
  [-115, { text: 'the server refuses the login', passes: false }],
  [-118, { text: 'the session has moved to another server', passes: true }],
  [-124, { text: 'the server requires SASL, which is not supported', passes: false }],
  [-125, { text: 'the quota of a node is exceeded', passes: true, hint: QUOTA_HINT }],
  [-127, { text: 'the server is overloaded', passes: true }],
]);

const OVERTAKEN: readonly number[] = [CODE.noNode, CODE.badVersion, CODE.nodeExists, CODE.notEmpty];

/** A server answered a request with an error. */
export class ZookeeperError extends Error {
  override readonly name = 'ZookeeperError';
  /** Negative. */
  readonly code: number;

  constructor(code: number) {
    super(MEANINGS.get(code)?.text ?? `error ${code} of the server`);
    this.code = code;
  }
}

/** The connection failed, so that the outcome of what was under way is unknown. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** True where a node is not as it was read: a transaction that relied on it has done nothing. */
export function isOvertaken(thrown: unknown): boolean {
  return thrown instanceof ZookeeperError && OVERTAKEN.includes(thrown.code);
}

/** The answer, or undefined where the node does not exist. Throws what `answer` throws. */
export const orAbsent = unless(CODE.noNode);
/** The answer, or undefined where the node exists. Throws what `answer` throws. */
export const unlessExists = unless(CODE.nodeExists);
/** The answer, or undefined where the login may not have it. Throws what `answer` throws. */
export const unlessRefused = unless(CODE.noRights);

function unless(code: number): <T>(answer: Promise<T>) => Promise<T | undefined> {
  return async (answer) => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ZookeeperError && error.code === code) return undefined;
      throw error;
    }
  };
}

/**
 * Turns what a connection throws into `store-unavailable` (retryable) or `store-rejected`, with a
 * message that begins with `what` was being done. A LenkwerkError is returned as it is.
 */
export function zookeeperStoreError(thrown: unknown, what: string): LenkwerkError {
  if (thrown instanceof LenkwerkError) return thrown;
  if (!(thrown instanceof ZookeeperError) && !(thrown instanceof ConnectionLost)) throw thrown;
  const message = `${what}: ${thrown.message}`;
  const meaning = thrown instanceof ZookeeperError ? MEANINGS.get(thrown.code) : undefined;
  const details = { cause: thrown, ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }) };
  if (meaning?.passes === false) return new LenkwerkError('store-rejected', message, details);
  return new LenkwerkError('store-unavailable', message, { ...details, retryable: true });
}
