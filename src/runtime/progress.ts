/** One line on the terminal that names a step that takes long; it is erased afterwards. */
import { printable } from '../model/text.js';

export interface Progress {
  /** Names the step from now on, as in `reading the tables`. */
  step(text: string): void;
  /** Erases the line before other output; the next step shows it again. */
  hide(): void;
  /** Erases the line for good: later steps have no effect. */
  done(): void;
}

interface ProgressOptions {
  /**
   * Whether the stream is a terminal that supports escape codes; if not, nothing is ever written.
   */
  readonly terminal: boolean;
  readonly write: (text: string) => void;
}

/** Shorter steps are not shown. */
const FIRST_SHOWN_AFTER_MS = 1_000;
const REFRESH_EVERY_MS = 1_000;

const ERASE_LINE = '\r\x1b[2K';
/** A line longer than the terminal is cut: a wrapped line could not be erased. */
const WRAP_OFF = '\x1b[?7l';
const WRAP_ON = '\x1b[?7h';

/**
 * Writes nothing before the first step has taken a second. Its timer does not keep the process
 * running.
 */
export function startProgress({ terminal, write }: ProgressOptions): Progress {
  return terminal ? new ProgressLine(write) : silentProgress;
}

/** For code that runs without a terminal. */
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
      // Not left to the timer: the next step may block the process.
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
