/** A TCP proxy that can be told to fail in every way in which a network fails. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Something that happens once, when the client sends a chunk that holds `pattern`. */
export interface Trigger {
  readonly pattern: string;
  /** The chunk is not passed on. */
  readonly block: boolean;
  readonly fire: () => void;
}

interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly fromServer: boolean;
  /** Delayed chunks go out in order. */
  last: Promise<void>;
  delayed: number;
}

const HIGH_WATER_CHUNKS = 64;

export class FaultProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #directions = new Set<Direction>();
  #port = 0;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #frozen = false;
  #muted = false;
  #delayMs = 0;
  #trigger: Trigger | undefined;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port, before a port of this machine. */
  static async before(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
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

  /** One of our connections to the server has this port on our side. */
  owns(localPort: number): boolean {
    return [...this.#directions].some(({ from }) => from.localPort === localPort);
  }

  cut(): void {
    for (const { from } of this.#directions) from.destroy();
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    this.#muted = false;
  }

  /** Cuts after so many more bytes from the server, in the middle of a message if need be. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  /** Loses what the server sends, until the next cut. */
  mute(): void {
    this.#muted = true;
  }

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

  arm(trigger: Trigger | undefined): void {
    this.#trigger = trigger;
  }

  get armed(): boolean {
    return this.#trigger !== undefined;
  }

  /** Ends every kind of failure. */
  heal(): void {
    this.#trigger = undefined;
    this.#delayMs = 0;
    if (this.#muted || this.#bytesLeft !== Number.POSITIVE_INFINITY) this.cut();
    if (this.#frozen) this.thaw();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const upstream = connect(this.#targetPort, '127.0.0.1');
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    this.#join(client, upstream, false);
    this.#join(upstream, client, true);
  }

  #join(from: Socket, to: Socket, fromServer: boolean): void {
    const direction = { from, to, fromServer, last: Promise.resolve(), delayed: 0 };
    this.#directions.add(direction);
    from.on('data', (chunk) => this.#pass(direction, chunk));
    from.on('error', () => to.destroy());
    from.on('end', () => to.end());
    from.on('close', () => {
      to.destroy();
      this.#directions.delete(direction);
    });
    if (this.#frozen) from.pause();
  }

  #pass(direction: Direction, chunk: Buffer): void {
    if (direction.fromServer && this.#muted) return;
    const trigger = this.#trigger;
    if (trigger !== undefined && !direction.fromServer && chunk.includes(trigger.pattern)) {
      this.#trigger = undefined;
      if (!trigger.block) this.#send(direction, chunk);
      trigger.fire();
      return;
    }
    if (!direction.fromServer) {
      this.#send(direction, chunk);
      return;
    }
    if (this.#bytesLeft === 0) return;
    const passed = chunk.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= passed.length;
    this.#send(direction, passed);
    if (this.#bytesLeft === 0) setImmediate(() => this.cut());
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
