import { rootCertificates } from 'node:tls';
import { Etcd3, type IOptions, WatchClient } from 'etcd3';
import { LenkwerkError } from '../../../model/errors.js';
import { orTimeout } from '../../../runtime/async.js';
import { readPem } from '../../../runtime/files.js';
import type { StoreAuth } from '../../host-settings.js';
import type { StoreTls } from '../../settings.js';
import {
  decodeRangePage,
  encodeRangeRequest,
  RANGE_METHOD,
  type RangePage,
  type RangeRequest,
} from '../range-message.js';
import type { EtcdSettings } from '../settings.js';
import { Handshakes } from './handshakes.js';

/**
 * How long one request may take, the logins included that etcd3 repeats without limit while the
 * server refuses its token.
 */
export const REQUEST_TIMEOUT_MS = 5_000;
/**
 * gRPC's own deadline runs while this process is busy, and then ends a call whose answer has
 * arrived. It only cleans up after calls that were given up long before.
 */
const CALL_ENDS_AFTER_MS = 60_000;
const KEEPALIVE_TIME_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;
/**
 * After a refused connection grpc-js waits before it dials again; its defaults reach 2 minutes.
 * https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md
 */
const RECONNECT_BACKOFF_MS = 100;
const MAX_RECONNECT_BACKOFF_MS = 1_000;
/** A listing asks for pages of a few MiB; an answer that is longer is not kept. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

type FaultPolicy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

const noSubscription = () => ({ dispose: () => undefined });

/**
 * Runs a request once. etcd3's own policies resend every request, transactions too, and after three
 * failures reject all requests for five seconds. What a request may mean when it is sent twice:
 * https://etcd.io/docs/v3.5/learning/api_guarantees/
 */
const RUN_ONCE: FaultPolicy = {
  get _altReturn(): never {
    throw new Error('assertion failed: exists for the compiler only');
  },
  onSuccess: noSubscription,
  onFailure: noSubscription,
  async execute(fn, signal = new AbortController().signal) {
    return fn({ signal });
  },
};

/** A function, since a deadline is a point in time and has to be computed for each request. */
const callOptions: NonNullable<IOptions['defaultCallOptions']> = (context) =>
  context.isStream ? {} : { deadline: Date.now() + CALL_ENDS_AFTER_MS };

type FailedHost = Parameters<EtcdClient['pool']['markFailed']>[0];

/**
 * etcd3's client, with watch streams that end when the server loses its leader, and with a login of
 * our own: etcd3 sends that through a channel which has none of these options, so that a proxy of
 * the environment gets it, and which nothing closes.
 */
export class EtcdClient extends Etcd3 {
  readonly #login: Token | undefined;
  readonly #handshakes: Handshakes;

  /**
   * Without this header a member cut off from its cluster keeps a watch open without events.
   * https://pkg.go.dev/go.etcd.io/etcd/client/v3#WithRequireLeader
   */
  readonly leaderWatch = new WatchClient({
    callOptionsFactory: this.pool.callOptionsFactory,
    exec: this.pool.exec.bind(this.pool),
    markFailed: (host: FailedHost, error) => this.pool.markFailed(host, error),
    withConnection: (service, use) =>
      this.pool.withConnection(service, (connection) => {
        const metadata = connection.metadata.clone();
        metadata.set('hasleader', 'true');
        return use({ ...connection, metadata });
      }),
  });

  /** `login` undefined: the requests have no token. */
  constructor(options: Omit<IOptions, 'auth'>, login: StoreAuth | undefined) {
    super(options);
    this.#handshakes = new Handshakes(this.pool);
    if (login === undefined) return;
    this.#login = new Token(new EtcdClient(options, undefined), login);
    Object.defineProperty(this.pool, 'authenticator', { value: this.#login });
  }

  /** What carries the token of a login. Throws what the library's requests throw. */
  authenticate({ username: name, password }: StoreAuth): Promise<Metadata> {
    return this.pool.withConnection('Auth', async ({ metadata }) => {
      const { token } = await this.auth.authenticate({ name, password });
      const withToken = metadata.clone();
      withToken.set('token', token);
      return withToken;
    });
  }

  override close(): void {
    super.close();
    this.#handshakes.close();
    this.#login?.close();
  }

  /** One page of a listing. Throws what the library's requests throw, but never logs in again. */
  readPage(request: RangeRequest): Promise<RangePage> {
    return this.pool.withConnection('KV', ({ client, metadata }) => {
      const options = { deadline: Date.now() + CALL_ENDS_AFTER_MS };
      return new Promise<RangePage>((resolve, reject) => {
        const answered = (error: Error | null, page?: RangePage) => {
          if (page === undefined) reject(error);
          else resolve(page);
        };
        client.makeUnaryRequest(
          RANGE_METHOD,
          encodeRangeRequest,
          decodeRangePage,
          request,
          metadata,
          options,
          answered,
        );
      });
    });
  }
}

type Metadata = Parameters<Parameters<EtcdClient['pool']['withConnection']>[1]>[0]['metadata'];

/** In place of etcd3's own: a login at the first request, and one after each refused token. */
class Token {
  readonly #client: EtcdClient;
  readonly #login: StoreAuth;
  #metadata: Promise<Metadata> | undefined;

  /** `client`: has no login itself, and is closed with this. */
  constructor(client: EtcdClient, login: StoreAuth) {
    this.#client = client;
    this.#login = login;
  }

  getMetadata(): Promise<Metadata> {
    this.#metadata ??= this.#client.authenticate(this.#login).catch((error: unknown) => {
      this.#metadata = undefined;
      throw error;
    });
    return this.#metadata;
  }

  invalidateMetadata(): void {
    this.#metadata = undefined;
  }

  close(): void {
    this.#client.close();
  }
}

/**
 * A client of one endpoint, with every policy of etcd3 that hides failures switched off; it
 * connects with the first request. Throws `environment` for certificate files that cannot be read.
 */
export function createEtcdClient(settings: EtcdSettings, endpoint: string): EtcdClient {
  const scheme = settings.tls === undefined ? 'http' : 'https';
  const credentials = settings.tls === undefined ? undefined : readCredentials(settings.tls);
  const options: Omit<IOptions, 'auth'> = {
    hosts: `${scheme}://${endpoint}`,
    ...(credentials === undefined ? {} : { credentials }),
    defaultCallOptions: callOptions,
    faultHandling: { host: () => RUN_ONCE, global: RUN_ONCE },
    grpcOptions: {
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_BACKOFF_MS,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_BACKOFF_MS,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.service_config_disable_resolution': 1,
      'grpc.enable_http_proxy': 0,
    },
  };
  return new EtcdClient(options, settings.auth);
}

type Credentials = NonNullable<IOptions['credentials']>;

/** Reads the PEM files of a store. Throws `environment` for one that cannot be read. */
export function readCredentials(tls: StoreTls): Credentials {
  const rootCertificate =
    tls.caFile === undefined ? Buffer.from(rootCertificates.join('\n')) : readPem(tls.caFile);
  if (tls.certFile === undefined || tls.keyFile === undefined) return { rootCertificate };
  return { rootCertificate, certChain: readPem(tls.certFile), privateKey: readPem(tls.keyFile) };
}

/**
 * For every request: settles as the request does, or rejects with `store-unavailable` (retryable),
 * naming `what`, when it takes too long.
 */
export function withinTime<T>(request: Promise<T>, what: string): Promise<T> {
  return orTimeout(request, REQUEST_TIMEOUT_MS, () => {
    const message = `${what}: no answer within ${REQUEST_TIMEOUT_MS / 1_000} s`;
    return new LenkwerkError('store-unavailable', message, { retryable: true });
  });
}
