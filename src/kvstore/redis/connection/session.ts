/** One connection to the primary, for one purpose. */
import { LenkwerkError } from '../../../model/errors.js';
import { orTimeout } from '../../../runtime/async.js';
import type { Script } from '../scripts.js';
import type { RedisSettings } from '../settings.js';
import type { KeyListener, RedisClient } from './client.js';
import { endsConnection, isUnknownScript, redisError } from './errors.js';
import { noAnswer, openPrimary, requirePrimary } from './primary.js';
import { factsOf, type ServerFacts } from './replies.js';

/** A script with what it gets. */
export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** How long one request may take, once there is a connection. */
const REQUEST_TIMEOUT_MS = 5_000;

interface Opened {
  readonly client: Promise<RedisClient>;
  /** Aborted when the connection has ended, or was not opened; aborting it cuts the connection. */
  readonly end: AbortController;
}

/**
 * Sends requests at once, each of them once. A request that is late cuts the connection, since
 * neither the server nor the client ends one that is silent; the next request opens another one.
 * Throws `store-unavailable`, after which the outcome of a write is unknown, or `store-rejected`.
 */
export class RedisSession {
  readonly #settings: RedisSettings;
  readonly #listener: KeyListener | undefined;
  #opened: Opened | undefined;
  #isClosed = false;

  constructor(settings: RedisSettings, listener?: KeyListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** What the server reported about itself when the connection was opened. */
  facts(what: string): Promise<ServerFacts> {
    return this.#attempt(what, async ({ facts }) => facts);
  }

  /** One command. */
  send(what: string, command: readonly string[]): Promise<unknown> {
    return this.#attempt(what, ({ send }) => send(command));
  }

  /** A script that writes: the server itself refuses it where it is no primary any more. */
  write(what: string, call: ScriptCall): Promise<unknown> {
    return this.#attempt(what, async (client) => (await runScript(client, call, []))[0]);
  }

  /** A script that reads, from a server that is the primary after it has answered. */
  read(what: string, call: ScriptCall): Promise<unknown> {
    return this.#attempt(what, async (client) => {
      const [reply, facts] = await runScript(client, call, ['HELLO']);
      requirePrimary(factsOf(facts));
      return reply;
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  async #attempt<T>(what: string, ask: (client: RedisClient) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new LenkwerkError('store-rejected', 'the store has been closed');
    if (this.#opened?.end.signal.aborted !== false) this.#opened = this.#open();
    const opened = this.#opened;
    try {
      const client = await opened.client;
      return await orTimeout(ask(client), REQUEST_TIMEOUT_MS, () => noAnswer(REQUEST_TIMEOUT_MS));
    } catch (thrown) {
      if (this.#opened === opened && endsConnection(thrown)) this.#drop(thrown);
      if (this.#isClosed) throw new LenkwerkError('store-rejected', 'the store has been closed');
      throw redisError(thrown, what);
    }
  }

  #open(): Opened {
    const end = new AbortController();
    const client = openPrimary(this.#settings, { listener: this.#listener, signal: end.signal });
    const abort = () => end.abort();
    client.then(({ ended }) => ended).then(abort, abort);
    return { client, end };
  }

  #drop(reason?: unknown): void {
    this.#opened?.end.abort(reason);
    this.#opened = undefined;
  }
}

/** Its reply; behind it those to commands without arguments, which are sent at once. */
async function runScript(
  { send }: RedisClient,
  { script, keys, args }: ScriptCall,
  behind: readonly string[],
): Promise<readonly unknown[]> {
  const { text, digest, commands } = script;
  const rest = [String(keys.length), ...keys, ...args];
  const run = (...command: readonly string[]) =>
    Promise.all([send([...command, ...rest]), ...behind.map((word) => send([word]))]);
  try {
    return await run(commands[0], digest);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    // It was not executed.
    return await run(commands[1], text);
  }
}
