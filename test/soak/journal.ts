/** What happened, for the account of a violation, and how often. */
const KEPT_EVENTS = 400;

/** One of the agent's promises was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** A resync as an agent's log has it. */
interface LoggedResync {
  readonly agent: string;
  readonly kind: string;
  /** In words. */
  readonly reason: string;
  /** How many were begun before it, since the start, and not finished. */
  readonly unfinished: number;
}

export class Journal {
  readonly #startMs = performance.now();
  readonly #events: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #figures = new Map<string, number[]>();
  readonly #echo: ((line: string) => void) | undefined;
  #violation: Violation | undefined;
  #begun = 0;
  /** All since the start that were finished. */
  readonly resyncs: LoggedResync[] = [];

  /** `echo` is given every event as it is noted. */
  constructor(echo?: (line: string) => void) {
    this.#echo = echo;
  }

  note(event: string): void {
    const seconds = ((performance.now() - this.#startMs) / 1000).toFixed(3).padStart(9);
    const line = `${seconds} ${event}`;
    this.#events.push(line);
    if (this.#events.length > KEPT_EVENTS) this.#events.shift();
    this.#echo?.(line);
  }

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  beginResync(): void {
    this.#begun += 1;
  }

  /** A resync that was begun is finished. */
  resynced(agent: string, kind: string, reason: string): void {
    const unfinished = this.unfinishedResyncs - 1;
    this.resyncs.push({ agent, kind, reason, unfinished });
    this.note(`${agent} resynced, ${kind}: ${reason}`);
    this.count(`resync: ${kind}`);
  }

  /** How many were begun, since the start, and not finished. */
  get unfinishedResyncs(): number {
    return this.#begun - this.resyncs.length;
  }

  counted(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** A measured time or size, summarised at the end. */
  measure(what: string, value: number): void {
    const values = this.#figures.get(what) ?? [];
    values.push(value);
    this.#figures.set(what, values);
  }

  /** Records a broken promise; the first one is kept. */
  violate(what: string): Violation {
    const violation = new Violation(what);
    this.note(`VIOLATION ${what}`);
    this.#violation ??= violation;
    return violation;
  }

  throwIfViolated(): void {
    if (this.#violation !== undefined) throw this.#violation;
  }

  get events(): readonly string[] {
    return this.#events;
  }

  summary(): string {
    const counts = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    const figures = [...this.#figures].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...counts.map(([what, times]) => `${String(times).padStart(8)}  ${what}`),
      ...figures.map(([what, values]) => `          ${what}: ${describe(values)}`),
    ].join('\n');
  }
}

function describe(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(2);
  return `n ${sorted.length}, median ${at(0.5)}, p90 ${at(0.9)}, max ${at(1)}`;
}
