import { createClient, ErrorReply } from '@redis/client';
import { onAbort } from '../../../runtime/async.js';
import { readPem } from '../../../runtime/files.js';
import type { StoreAuth } from '../../host-settings.js';
import type { StoreTls } from '../../settings.js';
import type { RedisSettings } from '../settings.js';
import { factsOf, type ServerFacts } from './replies.js';

/** One connection. The client never opens it again, and sends nothing twice. */
export interface RedisClient {
  /** Throws ErrorReply for what the server refuses, other errors for a broken connection. */
  readonly send: (command: readonly string[]) => Promise<unknown>;
  /** From its handshake. */
  readonly facts: ServerFacts;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  /** Cuts it; what is under way is rejected. */
  readonly destroy: () => void;
}

/** Hears of each key that is changed, by whichever program. */
export interface KeyListener {
  /** None of them begins with another. */
  readonly prefixes: readonly string[];
  /** undefined: any key may have changed, or the connection has ended. */
  readonly onChange: (key: string | undefined) => void;
}

/** How to open a connection. */
export interface OpenOptions {
  readonly settings: Pick<RedisSettings, 'tls' | 'auth' | 'database'>;
  /** `host:port`. */
  readonly endpoint: string;
  /** undefined: nothing is listened to. */
  readonly listener: KeyListener | undefined;
  /** Cuts the connection; what is under way is rejected with its reason. */
  readonly signal: AbortSignal;
}

/** Each longer wait is bounded by the caller's deadline, which cuts the connection. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The longest: a page, and an entry with all that one commit wrote and replaced. */
const MAX_ANSWER_BYTES = 24 * 1024 * 1024;

/**
 * Opens a connection. Throws what the client throws, and `environment` for certificate files that
 * cannot be read.
 */
export async function openClient(options: OpenOptions): Promise<RedisClient> {
  const { listener, signal } = options;
  const client = createClient(clientOptions(options));
  client.on('invalidate', (key: Buffer | null) => listener?.onChange(key?.toString()));
  const { destroy, ended, causeOr } = lifeOf(client, options);
  const answered = boundAnswers(client._getQueue().decoder, destroy);
  const explained = async <Reply>(asked: Promise<Reply>): Promise<Reply> => {
    try {
      return await asked;
    } catch (error) {
      throw error instanceof ErrorReply ? error : causeOr(error);
    } finally {
      answered();
    }
  };
  await explained(client.connect());
  // It goes on to connect after it was destroyed.
  if (signal.aborted) destroy();
  signal.throwIfAborted();
  const send = (command: readonly string[]) => explained(client.sendCommand<unknown>(command));
  const facts = factsOf(await send(['HELLO']));
  for (const command of trackingCommands(listener)) await send(command);
  return { send, ended, destroy, facts };
}

/** What is under way is rejected for the end of the connection; `causeOr` has the reason for it. */
function lifeOf(client: EndingClient, { listener, signal }: OpenOptions) {
  let cause: unknown;
  const destroy = (reason?: unknown) => {
    cause ??= reason;
    client.destroy();
  };
  const ended = new Promise<void>((resolve) => {
    for (const event of ['error', 'end']) client.on(event, () => resolve());
  });
  client.on('error', destroy);
  const dispose = onAbort(signal, () => destroy(signal.reason));
  void ended.then(() => {
    destroy();
    dispose();
    listener?.onChange(undefined);
  });
  return { destroy, ended, causeOr: (error: unknown) => cause ?? error };
}

interface EndingClient {
  destroy(): void;
  on(event: string, listener: (reason?: unknown) => void): unknown;
}

interface AnswerReader {
  write(chunk: Buffer): void;
}

/**
 * The client would keep an answer of any length. Calls `destroy` when more arrives than an answer
 * has; the result is to be called after each.
 */
function boundAnswers(reader: AnswerReader, destroy: (reason: Error) => void): () => void {
  const write = reader.write.bind(reader);
  let bytes = 0;
  reader.write = (chunk) => {
    bytes += chunk.length;
    if (bytes <= MAX_ANSWER_BYTES) write(chunk);
    else destroy(new Error(`the server sent more than ${MAX_ANSWER_BYTES} bytes for one answer`));
  };
  return () => {
    bytes = 0;
  };
}

function clientOptions(options: OpenOptions) {
  const { settings, listener } = options;
  return {
    socket: socketOf(options),
    ...loginOf(settings.auth),
    database: settings.database,
    RESP: 3,
    emitInvalidate: listener !== undefined,
    // Its own reconnection sends commands again whose outcome is unknown.
    disableOfflineQueue: true,
    disableClientInfo: true,
    // Its deadline ends with the sending; the caller has one.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
  } as const;
}

function loginOf(auth: StoreAuth | undefined): Partial<StoreAuth> {
  return auth === undefined ? {} : { username: auth.username, password: auth.password };
}

/**
 * The client asks for news of the keys that it has read; here those of all keys under a prefix are
 * wanted. https://redis.io/docs/latest/commands/client-tracking/
 */
function trackingCommands(listener: KeyListener | undefined): readonly (readonly string[])[] {
  if (listener === undefined) return [];
  const prefixes = listener.prefixes.flatMap((prefix) => ['PREFIX', prefix]);
  return [
    ['CLIENT', 'TRACKING', 'OFF'],
    ['CLIENT', 'TRACKING', 'ON', 'BCAST', ...prefixes],
  ];
}

function socketOf({ settings: { tls }, endpoint }: OpenOptions) {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(endpoint) ?? [];
  const socket = {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectStrategy: false,
  } as const;
  return tls === undefined ? socket : { ...socket, tls: true as const, ...certificatesOf(tls) };
}

function certificatesOf({ caFile, certFile, keyFile }: StoreTls) {
  return {
    ...(caFile === undefined ? {} : { ca: readPem(caFile) }),
    ...(certFile === undefined ? {} : { cert: readPem(certFile) }),
    ...(keyFile === undefined ? {} : { key: readPem(keyFile) }),
  };
}
