import { expect, test } from 'vitest';
import { ZERO_LSN } from '../../../../src/model/lsn.js';
import { checkServer } from '../../../../src/observing/checks/server.js';
import type { ServerFacts } from '../../../../src/postgres/server.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const SETTINGS = {
  wal_level: 'logical',
  max_slot_wal_keep_size: '10GB',
  synchronous_commit: 'on',
};

function facts(changes: Partial<ServerFacts>, settings: Record<string, string> = {}): ServerFacts {
  return {
    version: '15.4',
    versionNumber: 150_004,
    standby: false,
    systemId: '1',
    timeline: 1,
    walLsn: ZERO_LSN,
    now: NOW,
    settings: new Map(Object.entries({ ...SETTINGS, ...settings })),
    ...changes,
  };
}

function troubles(given: ServerFacts): readonly string[] {
  return checkServer(given, NOW)
    .filter(({ level }) => level !== 'ok')
    .map(({ check, level }) => `${level} ${check}`);
}

test('a server as it should be', () => {
  expect(troubles(facts({}))).toEqual([]);
});

test.each<readonly [string, ServerFacts]>([
  ['fail server.version', facts({ versionNumber: 140_009 })],
  ['warn server.version', facts({ versionNumber: 190_000 })],
  ['fail server.primary', facts({ standby: true })],
  ['fail server.wal_level', facts({}, { wal_level: 'replica' })],
  ['warn server.max_slot_wal_keep_size', facts({}, { max_slot_wal_keep_size: '-1' })],
  ['warn server.synchronous_commit', facts({}, { synchronous_commit: 'off' })],
  ['warn server.clock', facts({ now: new Date(NOW.getTime() + 31_000) })],
])('%s', (expected, given) => {
  expect(troubles(given)).toEqual([expected]);
});

test('every finding that is not ok has a remedy', () => {
  const settings = { wal_level: 'minimal', max_slot_wal_keep_size: '-1' };
  for (const finding of checkServer(facts({ standby: true }, settings), NOW)) {
    expect(finding.fix === undefined, finding.check).toBe(finding.level === 'ok');
  }
});
