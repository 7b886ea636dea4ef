/**
 * Replaces what Node offers of time and randomness, for the whole process: the code under test
 * keeps its imports and is not changed.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { Random } from '../../soak/random.js';
import { type Event, Loop } from './loop.js';

/** What the clocks of the world show at its beginning, in milliseconds since 1970. */
export const EPOCH_MS = 1_790_000_000_000;

let loop = new Loop();
let random = new Random(0);

/** From here on time is that of `of`, and randomness that of `source`. */
export function useLoop(of: Loop, source: Random): void {
  loop = of;
  random = source;
}

class VirtualTimer {
  event: Event;

  constructor(event: Event) {
    this.event = event;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Costs time to make, and nothing depends on which one it is. */
const TIMED_OUT = new DOMException('timed out', 'TimeoutError');

type Callback = (...args: unknown[]) => void;

function setVirtualTimeout(run: Callback, delayMs = 0, ...args: unknown[]): VirtualTimer {
  return new VirtualTimer(loop.after(delayMs, () => run(...args)));
}

function setVirtualInterval(run: Callback, intervalMs: number): VirtualTimer {
  const tick = () => {
    timer.event = loop.after(intervalMs, tick);
    run();
  };
  const timer = new VirtualTimer(loop.after(intervalMs, tick));
  return timer;
}

function clearVirtual(timer: unknown): void {
  if (timer instanceof VirtualTimer) timer.event.run = undefined;
}

/** `setTimeout` of node:timers/promises. */
function virtualDelay(
  delayMs: number,
  value?: unknown,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      const error = new Error('The operation was aborted');
      reject(Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' }));
    };
    if (signal?.aborted === true) {
      refuse();
      return;
    }
    const onAbort = () => {
      event.run = undefined;
      refuse();
    };
    const event = loop.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function virtualTimeoutSignal(delayMs: number): AbortSignal {
  const controller = new AbortController();
  loop.after(delayMs, () => controller.abort(TIMED_OUT));
  return controller.signal;
}

function virtualUuid(): string {
  const digits = () =>
    random
      .between(0, 2 ** 32 - 1)
      .toString(16)
      .padStart(8, '0');
  const [one, two] = [digits(), digits()];
  const [first, second, third] = [one.slice(0, 4), one.slice(4), two.slice(0, 4)];
  return `${digits()}-${first}-${second}-${third}-${two.slice(4)}${digits()}`;
}

/** Once, before anything of the world runs. */
export function installVirtualTime(): void {
  Object.assign(globalThis, {
    setTimeout: setVirtualTimeout,
    setInterval: setVirtualInterval,
    clearTimeout: clearVirtual,
    clearInterval: clearVirtual,
  });
  Object.assign(Date, { now: () => EPOCH_MS + Math.floor(loop.nowMs) });
  Object.defineProperty(performance, 'now', { value: () => loop.nowMs });
  Object.assign(Math, { random: () => random.next() });
  Object.defineProperty(AbortSignal, 'timeout', { value: virtualTimeoutSignal });
  Object.assign(timersPromises, { setTimeout: virtualDelay });
  Object.assign(crypto, { randomUUID: virtualUuid });
  syncBuiltinESMExports();
}
