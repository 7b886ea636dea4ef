import { ErrorReply } from '@redis/client';
import { LenkwerkError } from '../../../model/errors.js';

/**
 * The first word of an error that passes while the request stays as it is, with what helps.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const PASSING: ReadonlyMap<string, string | undefined> = new Map([
  ['READONLY', 'the server is a replica: name the primary, or its Sentinels'],
  ['MASTERDOWN', 'the server is a replica that does not reach its primary'],
  ['LOADING', 'the server is reading its data, and answers after that'],
  ['BUSY', 'a script of another client runs: see `SCRIPT KILL`'],
  ['NOREPLICAS', 'fewer replicas than min-replicas-to-write are connected'],
  ['MISCONF', 'the server cannot write its data to the disk: see its log'],
  ['OOM', 'maxmemory is reached: raise it, or remove keys'],
  ['TRYAGAIN', 'a slot of the cluster is being moved'],
  ['CLUSTERDOWN', 'the cluster has no node for some of its slots: see `CLUSTER INFO`'],
  ['MOVED', 'another node of the cluster has the keys'],
  ['ASK', 'a slot of the cluster is being moved'],
  ['UNBLOCKED', undefined],
]);
const TOO_MANY_CLIENTS = 'ERR max number of clients reached';

/** Of these another server may have what helps, or a new connection to the same. */
const LEAVING = ['READONLY', 'MASTERDOWN', 'LOADING', 'CLUSTERDOWN', 'MOVED', 'ASK', 'UNBLOCKED'];

const REJECTED: ReadonlyMap<string, string> = new Map([
  ['NOAUTH', 'name a user in the URL, and put the password into REDISCLI_AUTH'],
  ['WRONGPASS', 'check the user and the password'],
  ['NOPERM', 'README.md lists the commands and keys that an ACL user needs'],
  ['WRONGTYPE', 'another program wrote it: look at it, then remove it with DEL'],
  ['CROSSSLOT', 'in a cluster all keys need the same hash tag, such as the prefix /{eu}'],
]);

/** True for an error after which the connection is of no use. */
export function endsConnection(thrown: unknown): boolean {
  return !(thrown instanceof ErrorReply) || LEAVING.includes(wordOf(thrown));
}

/** Where the keys are that a node of a cluster does not have: `host:port`, else undefined. */
export function movedTo(thrown: unknown): string | undefined {
  if (!(thrown instanceof ErrorReply)) return undefined;
  return /^MOVED \d+ (\S+:\d+)$/.exec(thrown.message)?.[1];
}

/** True where the server does not know a script by its digest: nothing was executed. */
export function isUnknownScript(thrown: unknown): boolean {
  return thrown instanceof ErrorReply && wordOf(thrown) === 'NOSCRIPT';
}

/**
 * Turns what the client throws into `store-unavailable` (retryable) or `store-rejected`, with a
 * message that begins with `what` was being done. A LenkwerkError is returned as it is.
 */
export function redisError(thrown: unknown, what: string): LenkwerkError {
  if (thrown instanceof LenkwerkError) return thrown;
  const text = thrown instanceof Error ? thrown.message || codeOf(thrown) : String(thrown);
  return errorOfText(text, { what, cause: thrown, isReply: thrown instanceof ErrorReply });
}

/** An error of several addresses of one host has no message. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

interface ErrorContext {
  readonly what: string;
  readonly cause?: unknown;
  /** The server said so; otherwise the connection failed. */
  readonly isReply: boolean;
}

/** As `redisError`, of the text of an error that the server reports. */
export function errorOfText(text: string, { what, cause, isReply }: ErrorContext): LenkwerkError {
  const word = text.split(' ', 1)[0] ?? '';
  const message = `${what}: ${text}`;
  const passes = !isReply || PASSING.has(word) || text.startsWith(TOO_MANY_CLIENTS);
  const hint = isReply ? (PASSING.get(word) ?? REJECTED.get(word)) : undefined;
  const details = { cause, ...(hint === undefined ? {} : { hint }) };
  return passes
    ? new LenkwerkError('store-unavailable', message, { ...details, retryable: true })
    : new LenkwerkError('store-rejected', message, details);
}

function wordOf({ message }: ErrorReply): string {
  return message.split(' ', 1)[0] ?? '';
}
