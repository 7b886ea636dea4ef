/**
 * One replication session: from START_REPLICATION to the first failure or `stop`. It cannot be
 * restarted; a supervisor starts the next one. The commands and the messages of the two sides:
 * https://www.postgresql.org/docs/current/protocol-replication.html
 * https://www.postgresql.org/docs/current/protocol-logical-replication.html
 * Decision D44 in src/README.md.
 */
import type { Client, ClientConfig } from 'pg';
import { LogicalReplicationService } from 'pg-logical-replication';
import { assert, LenkwerkError, ResyncRequired } from '../model/errors.js';
import { type Lsn, parseLsn, ZERO_LSN } from '../model/lsn.js';
import { codeOf, SQLSTATE, toLenkwerkError } from '../postgres/errors.js';
import { cutAfter } from '../runtime/async.js';
import type {
  ChangeEvent,
  ChangeHandler,
  ChangeSource,
  Relation,
  StreamServer,
} from './change-source.js';
import { isShuttingDown } from './connections.js';
import { boundMessages } from './copy-bound.js';
import { EventTranslator } from './events.js';
import { TextPgoutputPlugin } from './pgoutput-plugin.js';
import { StatusRequests } from './shutdown-requests.js';
import { identifyPrimary } from './slot.js';
import { statusMessage } from './walsender.js';

export interface SessionOptions {
  readonly connection: ClientConfig;
  readonly slot: string;
  readonly publication: string;
  readonly onEvent: ChangeHandler;
  /** Whether its changes are needed: very long ones of other relations are passed over. */
  readonly isNeeded: (relation: Relation) => boolean;
  /** How often the durable position is confirmed and an answer requested. */
  readonly statusIntervalMs: number;
}

/** Status intervals without any answer after which the connection counts as dead. */
const MAX_SILENT_INTERVALS = 5;
/** How long the server may take to close the connection before the socket is destroyed. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Starts streaming where the slot was confirmed; confirms nothing until `acknowledge`. Throws
 * `not-primary` at a standby, `slot-in-use` when another session streams from the slot,
 * `resync-required` when the slot is gone or cannot continue, `database-unavailable`.
 */
export async function startSession(options: SessionOptions): Promise<ChangeSource> {
  const session = new Session(options);
  await session.started;
  return session;
}

/** Nothing was confirmed yet; as the start of a stream: where the slot was confirmed. */
const UNKNOWN = '0/0';

class Session implements ChangeSource {
  readonly started: Promise<void>;
  readonly ended: Promise<void>;
  readonly #service: LogicalReplicationService;
  readonly #plugin: TextPgoutputPlugin;
  readonly #translator = new EventTranslator();
  readonly #connection: ClientConfig;
  readonly #onEvent: ChangeHandler;
  readonly #isNeeded: SessionOptions['isNeeded'];
  readonly #intervalMs: number;
  #client: Client | undefined;
  #statusTimer: NodeJS.Timeout | undefined;
  #durable: Lsn = ZERO_LSN;
  #server: StreamServer | undefined;
  readonly #requests = new StatusRequests();
  #silentIntervals = 0;
  #paused = false;
  #asking = false;
  #over = false;
  #settleStart: (error?: LenkwerkError) => void = () => {};
  #settleEnd: (error?: LenkwerkError) => void = () => {};

  constructor(options: SessionOptions) {
    this.#connection = options.connection;
    this.#onEvent = options.onEvent;
    this.#isNeeded = options.isNeeded;
    this.#intervalMs = options.statusIntervalMs;
    // The library's own timer would confirm received positions, durable or not: switched off.
    this.#service = new LogicalReplicationService(options.connection, {
      acknowledge: { auto: false, timeoutSeconds: 0 },
      flowControl: { enabled: false },
    });
    this.#plugin = new TextPgoutputPlugin(options.publication, (client) => this.#adopt(client));
    this.started = settledBy((settle) => {
      this.#settleStart = settle;
    });
    this.ended = settledBy((settle) => {
      this.#settleEnd = settle;
    });
    this.#listen();
    this.#service
      .subscribe(this.#plugin, options.slot, UNKNOWN)
      .then(() => this.#fail(new Error('the server ended the stream')))
      .catch((error: unknown) => this.#fail(error));
  }

  get server(): StreamServer {
    assert(this.#server !== undefined, 'the stream has started');
    return this.#server;
  }

  pause(): void {
    this.#paused = true;
    this.#client?.connection.stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#silentIntervals = 0;
    this.#client?.connection.stream.resume();
  }

  acknowledge(lsn: Lsn): void {
    this.#durable = lsn;
    this.#sendStatus(false);
  }

  async stop(): Promise<void> {
    if (!this.#over) this.#sendStatus(false);
    this.#finish(undefined);
    await this.ended.catch(() => {});
  }

  #listen(): void {
    this.#service.on('start', () => {
      this.#statusTimer = setInterval(() => this.#tick(), this.#intervalMs);
      this.#settleStart();
    });
    this.#service.on('error', (error) => this.#fail(error));
    this.#service.on('data', () => this.#receive());
    this.#service.on('heartbeat', (lsn, _timestamp, shouldRespond) => {
      this.#heartbeat(lsn, shouldRespond);
    });
  }

  /** Called with the library's client before it starts the stream: the only way to its socket. */
  async #adopt(client: Client): Promise<void> {
    this.#client = client;
    client.on('end', () => this.#fail(new Error('the server closed the connection')));
    boundMessages(client.connection.stream, {
      // What is passed over takes its time, in which there is no event.
      onBytes: () => {
        this.#silentIntervals = 0;
      },
      isForeign: (oid) => this.#isForeign(oid),
      onTooLong: (error) => this.#fail(error),
    });
    this.#server = await identifyPrimary(client);
  }

  #isForeign(relationOid: number): boolean {
    const relation = this.#translator.relationOf(relationOid);
    return relation !== undefined && !this.#isNeeded(relation);
  }

  #receive(): void {
    if (this.#over) return;
    this.#silentIntervals = 0;
    const outcome = this.#plugin.lastOutcome;
    if (outcome.kind === 'unreadable') {
      this.#fail(unreadable(outcome.cause));
      return;
    }
    this.#deliver(() => this.#translator.translate(outcome.message));
  }

  #heartbeat(lsn: string, shouldRespond: boolean): void {
    if (this.#over) return;
    this.#silentIntervals = 0;
    const urgent = shouldRespond;
    this.#deliver(() => ({ kind: 'keepalive', walEnd: parseLsn(lsn), urgent }));
    if (!urgent || this.#over) return;
    this.#sendStatus(false);
    if (this.#requests.inVain(this.#durable)) {
      this.#fail(new Error('the server waits to shut down'));
    }
  }

  /** An exception that left a listener would end the process: the first one ends the session. */
  #deliver(make: () => ChangeEvent | undefined): void {
    try {
      const event = make();
      if (event !== undefined) this.#onEvent(event);
    } catch (error) {
      this.#finish(error instanceof LenkwerkError ? error : internal(error));
    }
  }

  #tick(): void {
    if (this.#paused) {
      // The socket is not read while paused, but the server still needs a status.
      this.#sendStatus(false);
      this.#askWhetherItShutsDown();
      return;
    }
    this.#silentIntervals += 1;
    if (this.#silentIntervals > MAX_SILENT_INTERVALS) {
      this.#fail(new Error('the server does not answer'));
      return;
    }
    this.#sendStatus(true);
  }

  /** A server that shuts down would wait for this session, which does not read its messages now. */
  #askWhetherItShutsDown(): void {
    if (this.#asking) return;
    this.#asking = true;
    isShuttingDown(this.#connection)
      .then((shutsDown) => {
        this.#asking = false;
        if (shutsDown) this.#fail(new Error('the server waits to shut down'));
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #sendStatus(askForReply: boolean): void {
    const stream = this.#client?.connection.stream;
    if (this.#over || stream?.writable !== true) return;
    // Not by the library, which adds one to a position and cannot send none.
    stream.write(statusMessage(this.#durable, Date.now(), askForReply));
  }

  #fail(error: unknown): void {
    this.#finish(streamFailure(error));
  }

  #finish(error: LenkwerkError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#statusTimer);
    this.#settleStart(error);
    this.#close().then(
      () => this.#settleEnd(error),
      () => this.#settleEnd(error),
    );
  }

  async #close(): Promise<void> {
    const stream = this.#client?.connection.stream;
    // A paused socket does not report that it was closed.
    stream?.resume();
    this.#client?.on('error', () => {});
    await cutAfter(this.#service.destroy(), CLOSE_TIMEOUT_MS, () => stream?.destroy());
  }
}

function settledBy(hand: (settle: (error?: LenkwerkError) => void) => void): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    hand((error) => (error === undefined ? resolve() : reject(error)));
  });
  // Callers that wait get the rejection; a caller need not wait.
  promise.catch(() => {});
  return promise;
}

// Why a session ended, as a LenkwerkError.

/** `database-error`: a message that the library cannot parse. */
function unreadable(cause: unknown): LenkwerkError {
  return new LenkwerkError('database-error', 'the replication stream holds an unknown message', {
    cause,
  });
}

/** `database-error`: an exception of a handler, which must not end the process. */
function internal(cause: unknown): LenkwerkError {
  return new LenkwerkError('database-error', 'a change could not be handled', { cause });
}

/** The server's, or the connection's, reason for the end of a stream. */
function streamFailure(error: unknown): LenkwerkError {
  switch (codeOf(error)) {
    case SQLSTATE.objectInUse:
      return new LenkwerkError('slot-in-use', 'another agent reads the slot', { cause: error });
    case SQLSTATE.notInPrerequisiteState:
    case SQLSTATE.undefinedObject:
      return new ResyncRequired('slot-unusable', 'the slot or the publication cannot continue', {
        cause: error,
      });
    default:
      return toLenkwerkError(error);
  }
}
