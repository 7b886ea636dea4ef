import { beforeEach, expect, test } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { newCounters } from '../../../../src/publishing/agent/counters.js';
import { ShownState } from '../../../../src/publishing/agent/shown-state.js';
import { silentLogger } from '../../../../src/runtime/logger.js';

const READS = { message: 'reading the slot', hint: undefined };
const REFUSED = new LenkwerkError('store-unavailable', 'no space', { hint: 'compact' });
const SILENT = new LenkwerkError('store-unavailable', 'no answer', { hint: 'is it running?' });

let lines: string[];
let counters: ReturnType<typeof newCounters>;
let shown: ShownState;
beforeEach(() => {
  lines = [];
  counters = newCounters();
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const logger = { ...silentLogger, info: at('info'), warn: at('warn') };
  shown = new ShownState({ counters, logger });
});

test('a state is logged when it is another one, or for another reason', () => {
  shown.enter('streaming', READS);
  shown.enter('streaming', READS);
  expect(counters).toMatchObject({ state: 'streaming', reason: 'reading the slot' });
  expect(lines).toEqual(['info agent state']);
  shown.enter('standby', { message: 'another agent reads the slot', hint: undefined });
  shown.enter('standby', { message: 'another agent resyncs', hint: undefined });
  expect(lines).toEqual(['info agent state', 'info agent state']);
});

test('while it is blocked that is shown, with the newest reason and one line', () => {
  shown.enter('streaming', READS);
  const { sinceMs } = counters;
  counters.sinceMs = 0;
  shown.block(SILENT);
  expect(counters.sinceMs).toBeGreaterThanOrEqual(sinceMs);
  counters.sinceMs = 0;
  shown.block(REFUSED);
  expect(counters).toMatchObject({ state: 'blocked', reason: 'no space', hint: 'compact' });
  expect(counters.sinceMs).toBe(0);
  shown.enter('connecting', REFUSED);
  expect([counters.state, shown.isBlocked, shown.isActive]).toEqual(['blocked', true, false]);
  shown.unblock(6_000.4);
  shown.unblock(0);
  expect(counters).toMatchObject({ state: 'connecting', reason: 'no space' });
  const there = ['info agent state', 'warn the store blocks the agent'];
  expect(lines).toEqual([...there, 'info the store answers again']);
});

test.each(['failed', 'stopped'] as const)('%s is shown even then', (state) => {
  shown.enter('resync', READS);
  expect(shown.isActive).toBe(true);
  shown.block(SILENT);
  shown.enter(state, READS);
  expect(counters).toMatchObject({ state, hint: undefined });
  shown.unblock(1);
  expect(lines).not.toContain('info the store answers again');
});
