/** A TCP proxy before a server, which simulates the failures of a network. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The treatment of a chunk that a client sends: it is forwarded, dropped, or every connection is
 * cut instead.
 */
export type Fate = 'pass' | 'drop' | 'cut';

/**
 * Decides about a chunk before it is forwarded; `count` is its number among the chunks of all
 * clients.
 */
export type Decide = (chunk: Buffer, count: number) => Fate;

interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly fromServer: boolean;
  /** Delayed chunks are sent in order. */
  last: Promise<void>;
  delayed: number;
}

const HIGH_WATER_CHUNKS = 64;

export class TcpProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #directions = new Set<Direction>();
  #port = 0;
  #accepted = 0;
  #requests = 0;
  #lostBytes = 0;
  #replyBytesLeft = Number.POSITIVE_INFINITY;
  #losing: 'nothing' | 'replies' | 'everything' = 'nothing';
  #frozen = false;
  #delayMs = 0;
  #decide: Decide | undefined;
  #alter: (reply: Buffer) => Buffer = (reply) => reply;

  private constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#target = { host: hostname, port: Number(port) };
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port, before the server of a URL. */
  static async before(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    proxy.#port = address.port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** `http://127.0.0.1:port`. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The URL of the server, with the proxy in its place. */
  inFrontOf(serverUrl: string): string {
    const url = new URL(serverUrl);
    url.port = String(this.#port);
    return url.href;
  }

  /** Connections that were opened since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Chunks that clients sent since the start. */
  get requests(): number {
    return this.#requests;
  }

  /** Bytes that were dropped since the start, in either direction. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** True when a connection to the server has this local port. */
  owns(localPort: number): boolean {
    return [...this.#directions].some(({ from }) => from.localPort === localPort);
  }

  /** Closes every connection. Later ones work. */
  cut(): void {
    for (const { from } of this.#directions) from.destroy();
    this.#replyBytesLeft = Number.POSITIVE_INFINITY;
    this.#losing = 'nothing';
  }

  /** Cuts after so many more bytes from the server; after 0, its next reply is lost. */
  cutAfter(bytes: number): void {
    this.#replyBytesLeft = bytes;
  }

  /** Drops what the server sends, or everything, while connections stay open; until a cut. */
  lose(what: 'replies' | 'everything'): void {
    this.#losing = what;
  }

  /** Holds back every byte, in both directions, while connections stay open. */
  freeze(): void {
    this.#frozen = true;
    for (const { from } of this.#directions) from.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const { from } of this.#directions) from.resume();
  }

  /** Delivers every chunk so much later. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Calls the function for every further chunk that a client sends; undefined: no longer. */
  decide(decide: Decide | undefined): void {
    this.#decide = decide;
  }

  /** Passes what this returns in place of every further chunk that the server sends. */
  alter(alter: (reply: Buffer) => Buffer): void {
    this.#alter = alter;
  }

  /** Ends all failures. */
  heal(): void {
    this.#decide = undefined;
    this.#alter = (reply) => reply;
    this.#delayMs = 0;
    const isWhole = this.#replyBytesLeft === Number.POSITIVE_INFINITY;
    if (this.#losing !== 'nothing' || !isWhole) this.cut();
    if (this.#frozen) this.thaw();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const upstream = connect(this.#target);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    this.#join(client, upstream, false);
    this.#join(upstream, client, true);
  }

  #join(from: Socket, to: Socket, fromServer: boolean): void {
    const direction = { from, to, fromServer, last: Promise.resolve(), delayed: 0 };
    this.#directions.add(direction);
    from.on('data', (chunk) => {
      if (fromServer) this.#passReply(direction, chunk);
      else this.#passRequest(direction, chunk);
    });
    from.on('error', () => to.destroy());
    from.on('end', () => to.end());
    from.on('close', () => {
      to.destroy();
      this.#directions.delete(direction);
    });
    if (this.#frozen) from.pause();
  }

  #passRequest(direction: Direction, chunk: Buffer): void {
    this.#requests += 1;
    const fate = this.#decide?.(chunk, this.#requests) ?? 'pass';
    if (fate === 'pass' && this.#losing !== 'everything') this.#send(direction, chunk);
    else this.#lostBytes += chunk.length;
    if (fate === 'cut') this.cut();
  }

  #passReply(direction: Direction, chunk: Buffer): void {
    const passed = chunk.subarray(0, this.#losing === 'nothing' ? this.#replyBytesLeft : 0);
    this.#lostBytes += chunk.length - passed.length;
    this.#replyBytesLeft -= passed.length;
    if (passed.length > 0) this.#send(direction, this.#alter(passed));
    if (this.#replyBytesLeft === 0) setImmediate(() => this.cut());
  }

  #send(direction: Direction, chunk: Buffer): void {
    if (this.#delayMs === 0 && direction.delayed === 0) {
      this.#write(direction, chunk);
      return;
    }
    direction.delayed += 1;
    if (direction.delayed > HIGH_WATER_CHUNKS) direction.from.pause();
    const due = performance.now() + this.#delayMs;
    direction.last = direction.last.then(async () => {
      const waitMs = due - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      direction.delayed -= 1;
      if (!this.#frozen) direction.from.resume();
      this.#write(direction, chunk);
    });
  }

  #write({ from, to }: Direction, chunk: Buffer): void {
    if (to.destroyed || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.#frozen) from.resume();
    });
  }
}
