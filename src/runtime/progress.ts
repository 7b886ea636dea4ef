/** One line at the terminal that names what takes so long; it leaves no trace. */
import { printable } from '../model/text.js';

export interface Progress {
  /** Shows what is being done from now on, as in `reading the tables`. */
  step(text: string): void;
  /** Takes the line away before something else is written; the next step begins anew. */
  hide(): void;
  /** Takes the line away for good: later steps have no effect. */
  done(): void;
}

interface ProgressOptions {
  /** Whether a terminal that understands escape codes is there; if not, nothing is ever written. */
  readonly terminal: boolean;
  readonly write: (text: string) => void;
}

/** What is done sooner needs no explanation. */
const FIRST_SHOWN_AFTER_MS = 1_000;
const REFRESH_EVERY_MS = 1_000;

const ERASE_LINE = '\r\x1b[2K';
/** A line longer than the terminal is cut: what wraps could not be erased again. */
const WRAP_OFF = '\x1b[?7l';
const WRAP_ON = '\x1b[?7h';

/** Writes nothing before the first step has taken a second. Holds no process back from its end. */
export function startProgress({ terminal, write }: ProgressOptions): Progress {
  return terminal ? new ProgressLine(write) : silentProgress;
}

/** For code that is run without a terminal. */
const silentProgress: Progress = {
  step() {},
  hide() {},
  done() {},
};

class ProgressLine implements Progress {
  readonly #write: (text: string) => void;
  #text = '';
  #shown = '';
  #sinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  step(text: string): void {
    if (this.#ended) return;
    this.#text = printable(text);
    if (this.#timer === undefined) {
      this.#sinceMs = performance.now();
      this.#timer = setInterval(() => this.#draw(), REFRESH_EVERY_MS).unref();
    } else if (performance.now() - this.#sinceMs >= FIRST_SHOWN_AFTER_MS) {
      // Not left to the timer: what comes next may keep the process busy.
      this.#draw();
    }
  }

  hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#shown !== '') this.#write(ERASE_LINE);
    this.#shown = '';
  }

  done(): void {
    this.#ended = true;
    this.hide();
  }

  #draw(): void {
    const seconds = Math.round((performance.now() - this.#sinceMs) / 1_000);
    const line = `${this.#text} (${seconds} s)`;
    if (line === this.#shown) return;
    this.#write(`${ERASE_LINE}${WRAP_OFF}${line}${WRAP_ON}`);
    this.#shown = line;
  }
}
