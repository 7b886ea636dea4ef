/** Which server takes writes: of several, of those that Sentinels name, or of a cluster. */
import { LenkwerkError } from '../../../model/errors.js';
import { linked, orTimeout } from '../../../runtime/async.js';
import { refusePlainLogin } from '../../settings.js';
import { layoutBelow } from '../layout.js';
import { describeRedis, type RedisSettings } from '../settings.js';
import { type OpenOptions, openClient, type RedisClient } from './client.js';
import { movedTo, redisError } from './errors.js';
import { type ServerFacts, textsOf } from './replies.js';

const OLDEST_MAJOR = 7;
/** Nodes of a cluster may know different owners of a slot for a moment. */
const MAX_MOVES = 3;

/** What `openClient` needs besides the place. */
type Events = Pick<OpenOptions, 'listener' | 'signal'>;

/** How long one of several places may take. */
const PLACE_TIMEOUT_MS = 5_000;

/**
 * Opens a connection to the primary. Throws `store-unavailable` where none is found,
 * `store-rejected` (login, version, a cluster without a hash tag in the prefix) and `environment`.
 */
export async function openPrimary(settings: RedisSettings, events: Events): Promise<RedisClient> {
  const what = `connect to ${describeRedis(settings)}`;
  let failure: LenkwerkError | undefined;
  for (const endpoint of settings.endpoints) {
    try {
      return await openInTime(endpoint, settings, events);
    } catch (thrown) {
      const error = redisError(thrown, what);
      if (!error.retryable || events.signal.aborted) throw error;
      failure ??= error;
    }
  }
  throw failure ?? new LenkwerkError('usage', 'the store has no endpoints');
}

/** A place that is silent must not keep the next one from being tried. */
async function openInTime(
  endpoint: string,
  settings: RedisSettings,
  events: Events,
): Promise<RedisClient> {
  const attempt = linked(events.signal);
  const limited = { ...events, signal: attempt.signal };
  const opening =
    settings.sentinel === undefined
      ? openAt(endpoint, settings, limited)
      : askSentinel(endpoint, settings, limited).then((found) => openAt(found, settings, limited));
  try {
    return await orTimeout(opening, PLACE_TIMEOUT_MS, () => noAnswer(PLACE_TIMEOUT_MS));
  } catch (error) {
    attempt.end(error);
    throw error;
  }
}

/** For a request that is late. */
export function noAnswer(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs / 1_000} s`);
}

/**
 * What a Sentinel answers may be out of date, so that the server is asked for its role as well. The
 * login is the server's, and is not shown to a Sentinel.
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
async function askSentinel(
  endpoint: string,
  settings: RedisSettings,
  events: Events,
): Promise<string> {
  const { tls, sentinel = '' } = settings;
  const place = { settings: { tls, auth: undefined, database: 0 }, endpoint };
  const client = await openClient({ ...place, ...events, listener: undefined });
  try {
    const reply = await client.send(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel]);
    if (reply === null) {
      const message = `the Sentinel ${endpoint} does not watch ${sentinel}`;
      throw new LenkwerkError('store-unavailable', message, { retryable: true });
    }
    const [host, port] = textsOf(reply);
    return host?.includes(':') === true ? `[${host}]:${port}` : `${host}:${port}`;
  } finally {
    client.destroy();
  }
}

async function openAt(
  first: string,
  settings: RedisSettings,
  events: Events,
): Promise<RedisClient> {
  let endpoint = first;
  for (let moves = 0; ; moves += 1) {
    requireSafeLogin(endpoint, settings);
    const client = await openClient({ settings, endpoint, ...events });
    try {
      requireFit(client.facts, settings);
      requirePrimary(client.facts);
      await client.send(['HMGET', layoutBelow(settings.prefix).head, 'revision']);
      return client;
    } catch (error) {
      client.destroy();
      const next = movedTo(error);
      if (next === undefined || moves === MAX_MOVES) throw error;
      endpoint = next;
    }
  }
}

/** A Sentinel or a node of a cluster may name a place that the settings do not. */
function requireSafeLogin(endpoint: string, settings: RedisSettings): void {
  const { isRecorded, auth, tls } = settings;
  if (!isRecorded || auth === undefined || tls !== undefined) return;
  refusePlainLogin([endpoint], `the server ${endpoint}`, 'record tls: true');
}

/** Throws `store-rejected` for a server that is of no use. */
function requireFit({ server, version, mode }: ServerFacts, { prefix }: RedisSettings): void {
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    const message = `the server is ${server} ${version}, and ${OLDEST_MAJOR}.0 is the oldest that is of use`;
    throw new LenkwerkError('store-rejected', message);
  }
  if (mode === 'sentinel') {
    const hint = 'name what it watches by the parameter sentinel=NAME';
    throw new LenkwerkError('store-rejected', 'the server is a Sentinel', { hint });
  }
  if (mode === 'cluster' && !/\{[^}]+\}/.test(prefix)) {
    const message =
      'the server is a node of a cluster, which takes no commit of keys in several slots';
    const hint = 'give a prefix with a hash tag, such as prefix=/{eu}';
    throw new LenkwerkError('store-rejected', message, { hint });
  }
}

/**
 * Throws `store-unavailable` for a replica: it may lag behind, and takes no writes.
 */
export function requirePrimary({ role }: ServerFacts): void {
  if (role === 'master') return;
  const hint = 'name the primary, or its Sentinels by the parameter sentinel=NAME';
  const details = { hint, retryable: true };
  throw new LenkwerkError('store-unavailable', 'the server is a replica', details);
}
