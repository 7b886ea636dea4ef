/** One read at a time, whose outcome all viewers share. */

/** A state, or the error of reading it, and when the read began. */
export type Read<State> = { readonly at: Date } & (
  | { readonly state: State; readonly error?: never }
  | { readonly error: unknown; readonly state?: never }
);

/** Reads on request. */
export class SharedRead<State> {
  readonly #read: () => Promise<State>;
  readonly #freshMs: number;
  #last: Promise<Read<State>> | undefined;
  #endedAtMs: number | undefined;

  /** A read is given out again until it is `freshMs` old. */
  constructor(read: () => Promise<State>, freshMs: number) {
    this.#read = read;
    this.#freshMs = freshMs;
  }

  /** The read that runs, or the last one while it is fresh, else a new one. Never rejects. */
  get(): Promise<Read<State>> {
    const { last, isUsable } = this.#usable();
    if (last !== undefined && isUsable) return last;
    const at = new Date();
    this.#endedAtMs = undefined;
    const begun = this.#read()
      .then(
        (state): Read<State> => ({ at, state }),
        (error: unknown): Read<State> => ({ at, error }),
      )
      .finally(() => {
        this.#endedAtMs = performance.now();
      });
    this.#last = begun;
    return begun;
  }

  #usable() {
    const ended = this.#endedAtMs;
    const isUsable = ended === undefined || performance.now() - ended < this.#freshMs;
    return { last: this.#last, isUsable };
  }
}
