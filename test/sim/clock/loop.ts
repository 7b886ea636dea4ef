/** Virtual time: one heap of events; each runs to its end, with its promises, before the next. */

/** What can be killed or stopped as a whole: an agent, a verify, the world itself. */
export interface Process {
  readonly name: string;
  state: 'running' | 'paused' | 'dead';
  /** Events that became due while it was paused. */
  held: Event[];
}

export interface Event {
  atMs: number;
  order: number;
  readonly process: Process;
  /** undefined: cancelled, or done. */
  run: (() => void) | undefined;
}

export function newProcess(name: string): Process {
  return { name, state: 'running', held: [] };
}

const realImmediate = setImmediate;

/** Resolves when every promise that can settle by itself has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    realImmediate(() => resolve());
  });
}

export class Loop {
  readonly world = newProcess('world');
  /** Whose event runs now: what it starts belongs to it. */
  process = this.world;
  nowMs = 0;
  /** Events that ran. */
  count = 0;
  #order = 0;
  readonly #heap = new EventHeap();

  after(delayMs: number, run: () => void, process = this.process): Event {
    this.#order += 1;
    const atMs = this.nowMs + Math.max(0, delayMs);
    const event: Event = { atMs, order: this.#order, process, run };
    this.#heap.push(event);
    return event;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(durationMs, resolve);
    });
  }

  /** Whether anything of the process is still to happen. */
  awaits(process: Process): boolean {
    return this.#heap.has((event) => event.process === process && event.run !== undefined);
  }

  /** What became due while the process was paused happens now. */
  resume(process: Process): void {
    process.state = 'running';
    for (const event of process.held) {
      event.atMs = this.nowMs;
      this.#heap.push(event);
    }
    process.held = [];
  }

  /** Runs until `isDone`, until nothing is left to do, or until the time is `untilMs`. */
  async run(untilMs: number, isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const event = this.#heap.pop();
      if (event === undefined) return;
      if (event.atMs > untilMs) {
        this.#heap.push(event);
        this.nowMs = untilMs;
        return;
      }
      await this.#runOne(event);
    }
  }

  async #runOne(event: Event): Promise<void> {
    const { process, run } = event;
    if (run === undefined || process.state === 'dead') return;
    if (process.state === 'paused') {
      process.held.push(event);
      return;
    }
    event.run = undefined;
    this.nowMs = event.atMs;
    this.process = process;
    this.count += 1;
    run();
    await settled();
    this.process = this.world;
  }
}

class EventHeap {
  readonly #events: Event[] = [];

  push(event: Event): void {
    const events = this.#events;
    events.push(event);
    let index = events.length - 1;
    while (index > 0) {
      const up = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, up)) return;
      index = up;
    }
  }

  has(isMeant: (event: Event) => boolean): boolean {
    return this.#events.some(isMeant);
  }

  pop(): Event | undefined {
    const events = this.#events;
    const [first] = events;
    const last = events.pop();
    if (events.length === 0 || last === undefined) return first;
    events[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, index)) return first;
      index = child;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#events[a], this.#events[b]];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const [lower, upper] = [this.#events[child], this.#events[parent]];
    if (lower === undefined || upper === undefined || !this.#isEarlier(child, parent)) return false;
    this.#events[child] = upper;
    this.#events[parent] = lower;
    return true;
  }
}
