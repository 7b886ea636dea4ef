/** One session with one server of a ZooKeeper, which ends with its connection. */
import type { Socket } from 'node:net';
import { LenkwerkError } from '../../../model/errors.js';
import { cutAfter, Deadline, onAbort, orTimeout } from '../../../runtime/async.js';
import { ConnectionLost, ZookeeperError } from './errors.js';
import { FrameReader } from './frames.js';
import { JuteReader, JuteWriter } from './jute.js';
import type { Request } from './requests.js';
import { openSocket, reasonOf, type ServerAddress } from './socket.js';

/** A server that accepts a connection may never answer; then the next one is tried. */
const HANDSHAKE_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** What the client asks for; the server decides, and that bounds its silence as well. */
const SESSION_TIMEOUT_MS = 10_000;
/** A server may insist on more, from its `minSessionTimeout` on. */
const LONGEST_SESSION_TIMEOUT_MS = 40_000;
const CLOSE_TIMEOUT_MS = 500;

/** The numbers that stand for no request. */
const XID = { event: -1, ping: -2, authentication: -4 } as const;
const TYPE = { ping: 11, authentication: 100, closeSession: -11 } as const;
const LAST_XID = 2 ** 31 - 1;
const PASSWORD_BYTES = 16;

interface Pending {
  readonly xid: number;
  readonly answered: (answer: JuteReader, header: AnswerHeader) => void;
  readonly failed: (error: unknown) => void;
}

interface AnswerHeader {
  readonly zxid: bigint;
  readonly code: number;
}

/**
 * Sends requests in their order; the server answers in the same. A session is never resumed: the
 * store holds nothing that belongs to one, and a server that was restored refuses a client that
 * has seen more. https://zookeeper.apache.org/doc/current/zookeeperProgrammers.html#ch_zkSessions
 */
export class Connection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #ended = new AbortController();
  readonly #pending: Pending[] = [];
  #sessionTimeoutMs = SESSION_TIMEOUT_MS;
  #lastXid = 0;
  #pings: NodeJS.Timeout | undefined;
  #handshake: Pick<Pending, 'answered' | 'failed'> | undefined;
  #changed = () => {};
  /** Of the oldest request. */
  readonly #answerDeadline = new Deadline(
    () => ANSWER_TIMEOUT_MS,
    () => this.#end(new ConnectionLost(`no answer within ${ANSWER_TIMEOUT_MS / 1_000} s`)),
  );
  /** The server answers pings, three of which it gets in the time of a session. */
  readonly #silenceDeadline = new Deadline(
    () => (this.#sessionTimeoutMs * 2) / 3,
    () => this.#end(new ConnectionLost('the server is silent')),
  );

  private constructor(address: ServerAddress) {
    this.#socket = openSocket(address);
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.#end(new ConnectionLost(reasonOf(error))));
    this.#socket.on('close', () => this.#end(new ConnectionLost(this.#closedText)));
    this.#socket.on('data', (chunk) => this.#receive(chunk));
  }

  /**
   * Begins a session with one server, and logs in. Throws ConnectionLost, or `store-rejected` where
   * it is no ZooKeeper.
   */
  static async open(address: ServerAddress, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection(address);
    const forget = onAbort(signal, () => connection.destroy());
    const late = () => new ConnectionLost(`no session within ${HANDSHAKE_TIMEOUT_MS / 1_000} s`);
    try {
      await orTimeout(connection.#begin(address), HANDSHAKE_TIMEOUT_MS, late);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      forget();
    }
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted;
  }

  /** Aborts with the connection; the reason is an error. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Called for each change of a node that was read as watched. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /**
   * The answer to one request. Throws a ZookeeperError that the server answers with, ConnectionLost
   * where it does not answer, or what the request's own `read` throws.
   */
  send<Answer>(request: Request<Answer>): Promise<Answer> {
    const { type, write, read } = request;
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(this.#ended.signal.reason);
      const xid = this.#nextXid();
      const answered = (answer: JuteReader, { zxid, code }: AnswerHeader) => {
        // A transaction that failed has a body, with one code for each of its parts.
        if (code !== 0 && answer.isAtEnd) reject(new ZookeeperError(code));
        else resolve(read(answer, zxid));
      };
      if (this.#pending.length === 0) this.#answerDeadline.start();
      this.#pending.push({ xid, answered, failed: reject });
      this.#write(xid, type, write);
    });
  }

  /** Ends the session; waits a moment for the server, which then closes the connection. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    const ended = new Promise<void>((resolve) => void onAbort(this.ended, resolve));
    this.#write(this.#nextXid(), TYPE.closeSession, () => {});
    this.#socket.end();
    await cutAfter(ended, CLOSE_TIMEOUT_MS, () => this.destroy());
  }

  /** Cuts the connection; the server ends the session later. */
  destroy(): void {
    this.#end(new ConnectionLost('the connection was given up'));
  }

  /** ConnectRequest of zookeeper.jute; see jute.ts. */
  async #begin({ login }: ServerAddress): Promise<void> {
    const session = new Promise<number>((resolve, reject) => {
      const answered = (answer: JuteReader) => {
        answer.int();
        const timeoutMs = answer.int();
        if (timeoutMs <= 0) throw new ConnectionLost('the server refused a session');
        resolve(Math.min(timeoutMs, LONGEST_SESSION_TIMEOUT_MS));
      };
      this.#handshake = { answered, failed: reject };
    });
    const greeting = new JuteWriter().int(0).int(0).long(0n).int(SESSION_TIMEOUT_MS).long(0n);
    greeting.buffer(Buffer.alloc(PASSWORD_BYTES)).bool(false);
    this.#transmit(greeting);
    this.#sessionTimeoutMs = await session;
    this.#ended.signal.throwIfAborted();
    this.#silenceDeadline.start();
    this.#pings = setInterval(
      () => this.#write(XID.ping, TYPE.ping, () => {}),
      this.#sessionTimeoutMs / 3,
    );
    if (login === undefined) return;
    const credentials = Buffer.from(`${login.username}:${login.password}`);
    this.#write(XID.authentication, TYPE.authentication, (out) =>
      out.int(0).text('digest').buffer(credentials),
    );
  }

  #nextXid(): number {
    this.#lastXid = this.#lastXid === LAST_XID ? 1 : this.#lastXid + 1;
    return this.#lastXid;
  }

  #write(xid: number, type: number, write: (out: JuteWriter) => void): void {
    const out = new JuteWriter().int(0).int(xid).int(type);
    write(out);
    this.#transmit(out);
  }

  /** Sends a message whose first field is left for its length. */
  #transmit(out: JuteWriter): void {
    const bytes = out.finish();
    bytes.writeInt32BE(bytes.length - 4);
    this.#socket.write(bytes);
  }

  #receive(chunk: Buffer): void {
    this.#silenceDeadline.restart();
    try {
      const frames = this.#frames.push(chunk);
      // A long answer is on its way.
      if (frames.length === 0) this.#answerDeadline.restart();
      for (const frame of frames) this.#deliver(new JuteReader(frame));
    } catch (error) {
      const isKnown = error instanceof LenkwerkError || error instanceof ConnectionLost;
      // Of an answer that cannot be read, those behind it belong to no request.
      this.#end(isKnown ? error : new ConnectionLost('a malformed answer'));
    }
  }

  #deliver(message: JuteReader): void {
    if (this.#handshake !== undefined) {
      this.#handshake.answered(message, { zxid: 0n, code: 0 });
      this.#handshake = undefined;
      return;
    }
    const [xid, zxid, code] = [message.int(), message.long(), message.int()];
    if (xid === XID.event) this.#changed();
    else if (xid > 0) this.#deliverAnswer(xid, message, { zxid, code });
    else if (xid === XID.authentication && code !== 0) this.#end(new ZookeeperError(code));
  }

  #deliverAnswer(xid: number, answer: JuteReader, header: AnswerHeader): void {
    const oldest = this.#pending.shift();
    this.#answerDeadline.restart();
    if (this.#pending.length === 0) this.#answerDeadline.stop();
    if (oldest?.xid !== xid) {
      this.#end(new ConnectionLost('an answer to no request'));
      return;
    }
    try {
      oldest.answered(answer, header);
    } catch (error) {
      oldest.failed(error instanceof RangeError ? new ConnectionLost('a malformed answer') : error);
      if (error instanceof RangeError) throw error;
    }
  }

  get #closedText(): string {
    if (this.#handshake === undefined) return 'the connection was closed';
    return 'the server began no session: it may have no leader';
  }

  #end(reason: Error): void {
    if (!this.isOpen) return;
    clearInterval(this.#pings);
    this.#answerDeadline.stop();
    this.#silenceDeadline.stop();
    this.#socket.destroy();
    this.#ended.abort(reason);
    this.#handshake?.failed(reason);
    for (const { failed } of this.#pending.splice(0)) failed(reason);
  }
}
