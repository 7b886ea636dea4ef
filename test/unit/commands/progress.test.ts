import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Host } from '../../../src/commands/command.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { screenOf } from '../../support/cli/screen.js';

const MANIFEST = 'apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: {}\n';
const VALID = 'Valid: <stdin> (config: 0).\n';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Slow extends Partial<Host> {
  readonly flags?: readonly string[];
  readonly manifest?: string;
  /** Runs after three seconds, while standard input has still not been read to its end. */
  readonly meanwhile?: () => void;
}

/** `validate -` at a terminal, of an input that comes after three seconds. */
async function validateSlowly({ flags = [], manifest = MANIFEST, meanwhile, ...host }: Slow) {
  const input = new PassThrough();
  /** Of both streams, in order: on a terminal they are one. */
  const written: string[] = [];
  let atInput = () => {};
  const waiting = new Promise<void>((resolve) => {
    atInput = resolve;
  });
  const outcome = lenkwerk(['validate', '-', ...flags], {
    terminals: { stdin: false, stdout: true, stderr: true },
    stdin: () => {
      atInput();
      return input;
    },
    writeResult: async (text) => {
      written.push(text);
      return true;
    },
    writeRemark: (text) => written.push(text),
    ...host,
  });
  await waiting;
  vi.advanceTimersByTime(3_000);
  meanwhile?.();
  const during = screenOf(written);
  input.end(manifest);
  const { exitCode } = await outcome;
  return { exitCode, during, after: screenOf(written), written, timers: vi.getTimerCount() };
}

test('a terminal shows the step in progress, and nothing of it beside the result', async () => {
  const { exitCode, during, after, timers } = await validateSlowly({});
  expect(during).toBe('reading the manifests (3 s)');
  expect([exitCode, after, timers]).toEqual([0, VALID, 0]);
});

test('nothing of it is beside a failure', async () => {
  const { exitCode, during, after, timers } = await validateSlowly({ manifest: 'kind: [' });
  expect(during).toBe('reading the manifests (3 s)');
  expect([exitCode, timers]).toEqual([3, 0]);
  expect(after).not.toContain('reading the manifests');
});

test('it is erased as soon as an end is requested', async () => {
  const controller = new AbortController();
  const { during, timers, written } = await validateSlowly({
    signal: controller.signal,
    meanwhile: () => controller.abort(),
  });
  expect([during, timers]).toEqual(['', 0]);
  expect(written.join('')).toContain('reading the manifests (3 s)');
});

test.each<readonly [string, Slow]>([
  ['without a terminal', { terminals: { stdin: true, stdout: true, stderr: false } }],
  ['with NO_COLOR', { environment: { NO_COLOR: '1' } }],
  ['with TERM=dumb', { environment: { TERM: 'dumb' } }],
  ['with --no-color', { flags: ['--no-color'] }],
])('%s not a byte of it is written', async (_, surroundings) => {
  const { exitCode, written } = await validateSlowly(surroundings);
  expect([exitCode, written]).toEqual([0, [VALID]]);
});
