import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ConsoleState } from '../../../src/applying/console.js';
import { historyPage, nodesPage } from '../../../src/console/log.js';
import { overviewPage } from '../../../src/console/overview.js';
import { failurePage } from '../../../src/console/page.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import type { StatusReport } from '../../../src/observing/status.js';
import { nothingToSay, type TargetReport } from '../../../src/verifying/verdict.js';
import { NODES } from '../../support/nodes/example-nodes.js';
import { CHECKPOINT } from '../../support/states/checkpoint.js';
import { EVERY_KIND, HOSTILE, NOTHING_TO_DO } from '../../support/states/example-plans.js';

const AT = new Date('2026-11-27T02:31:10Z');
const NO_NODES = { ...NODES, nodes: [], unregistered: [], isUsed: false };

const TARGET: TargetReport = {
  ...{ target: 'default', verdict: 'converged', detail: '3 keys hold what is recorded' },
  ...{ hint: undefined, keys: 3, differences: [], repaired: undefined, agreed: undefined },
  position: { lsn: lsnFromBytes(0x1a2b3cn), committedAt: undefined },
};

const SLOT = {
  ...{ name: 'lw_agent_default', plugin: 'pgoutput', database: 'lenkwerk', active: true },
  ...{ walStatus: 'reserved', confirmedLsn: '0/1A2B3C', keptBytes: 56, behindBytes: 0 },
  safeBytes: undefined,
  reader: {
    ...{ pid: 42, user: 'agent_1', application: 'lenkwerk agent', address: '10.0.0.1' },
    flushLagSeconds: 0,
  },
};

const SEEN: StatusReport['targets'][number] = {
  ...{ name: 'default', store: 'etcd://host:2379', guarantees: undefined },
  ...{ slotName: SLOT.name, slot: SLOT, checkpoint: CHECKPOINT },
  ...{ lagBytes: 0n, lagSeconds: 0, ageSeconds: 1, troubles: [] },
};

const APPLY = {
  ...{ id: 4n, appliedAt: '2026-11-27 02:29:00.123456+00', databaseUser: 'deploy' },
  ...{ author: HOSTILE, gitCommit: '3f2a9c1' },
};

const CONVERGED: ConsoleState = {
  status: {
    clusterId: 'c',
    server: {
      ...{ version: '15.1', versionNumber: 150001, standby: false, systemId: '7', timeline: 1 },
      ...{ walLsn: lsnFromBytes(0x1a2b3cn), now: AT, settings: new Map() },
    },
    ...{ targets: [SEEN], strandedSlots: [], nodes: NO_NODES, lastApply: undefined, troubles: [] },
  },
  verify: {
    ...{ verdict: 'converged', compared: 'manifests', targets: [TARGET], nodes: undefined },
    ...{ plan: NOTHING_TO_DO, drift: NOTHING_TO_DO, driftUnknown: undefined },
    ...{ notCompared: undefined, unmanaged: [], lastApply: APPLY },
  },
  ...{ unreadable: undefined, database: 'lenkwerk' },
  copies: {
    ...{ without: new Set(), generations: [], unreadable: [] },
    entries: [['a:5432', 'b:5432'], ['a:5432']].map((copies, at) => ({
      ...{ entry: `${HOSTILE}${at}`, copies, generations: [1] },
      ...{ readableNow: copies, readableThen: copies },
    })),
    statuses: new Map([
      ['a:5432', 'online'],
      ['b:5432', 'read-only'],
    ]),
  },
  timed: [
    {
      address: `dimension/${HOSTILE}`,
      row: {
        ...{ field: HOSTILE, validFrom: '-infinity', validUntil: '2026-11-27 05:00:00' },
        ...{ id: 1, ordinality: 1, default: 'notexist' },
      },
    },
  ],
  history: {
    entries: [
      {
        ...{ ...APPLY, uuid: 'u', ci: null, digest: 'd'.repeat(64), changes: undefined },
        ...{ revertOf: undefined, setStatus: undefined },
      },
    ],
    ...{ broken: undefined, expected: undefined },
  },
};

const withVerify = (verify: Partial<ConsoleState['verify']>): ConsoleState => ({
  ...CONVERGED,
  verify: { ...CONVERGED.verify, ...verify },
});
const withStatus = (status: Partial<StatusReport>): ConsoleState => ({
  ...CONVERGED,
  status: { ...CONVERGED.status, ...status },
});

const DIFFERENCES = [
  { key: `/Config/${HOSTILE}`, kind: 'stray', expected: undefined, found: HOSTILE },
] as const;
const differing = (verdict: 'diverged' | 'unconfirmed') =>
  withVerify({ verdict, targets: [{ ...TARGET, verdict, differences: DIFFERENCES }] });
const AWAY = 'the store does not answer';

const STATES: Readonly<Record<string, ConsoleState>> = {
  converged: CONVERGED,
  diverged: differing('diverged'),
  unconfirmed: differing('unconfirmed'),
  drifted: withVerify({ verdict: 'drifted', plan: EVERY_KIND, drift: EVERY_KIND }),
  pending: withVerify({ verdict: 'pending', plan: EVERY_KIND }),
  'target-away': {
    ...withStatus({ troubles: [`default: ${AWAY}`] }),
    verify: {
      ...CONVERGED.verify,
      verdict: 'inconclusive',
      targets: [{ ...nothingToSay(AWAY), target: 'default', repaired: undefined }],
    },
  },
  'no-agent': withStatus({
    targets: [{ ...SEEN, slot: { ...SLOT, active: false, reader: undefined } }],
    troubles: ['default: no agent is active'],
  }),
  'nodes-behind': withStatus({ nodes: NODES }),
  'history-hidden': { ...CONVERGED, history: undefined },
  empty: {
    ...withVerify({ compared: 'none', plan: undefined, drift: undefined, lastApply: undefined }),
    ...{ timed: [], unreadable: 'no manifest in .' },
    copies: { ...CONVERGED.copies, entries: [], statuses: new Map() },
    history: { entries: [], broken: undefined, expected: undefined },
  },
};

test.each(Object.entries(STATES))('the page of the state %s', async (name, state) => {
  const page = overviewPage(state, AT);
  await expect(page).toMatchFileSnapshot(`./goldens/${name}.html.golden`);
  requireHarmless(page);
});

test('the page of a database that is away', async () => {
  const error = new LenkwerkError('database-unavailable', HOSTILE, { hint: HOSTILE });
  const page = failurePage(error, AT);
  await expect(page).toMatchFileSnapshot('./goldens/database-away.html.golden');
  requireHarmless(page);
});

test('the other pages hold hostile values as text', () => {
  for (const page of [historyPage(CONVERGED), nodesPage(withStatus({ nodes: NODES }))]) {
    requireHarmless(page);
  }
});

test('ten thousand differences fit on a page', () => {
  const differences = Array.from({ length: 10_000 }, (_, at) => ({
    ...({ key: `/Config/${at}`, kind: 'altered' } as const),
    ...{ expected: `{"id":${at}}`, found: `{"id":${at * 7919}}` },
  }));
  const targets = [{ ...TARGET, verdict: 'diverged', differences }] as const;
  const page = overviewPage(withVerify({ verdict: 'diverged', targets }), AT);
  expect(page).toContain('and 9900 more');
  expect(gzipSync(page).length).toBeLessThan(60_000);
});

/** The one script is the file; a value opens no element and hides no character. */
function requireHarmless(page: string): void {
  expect(page.match(/<script\b[^>]*>/g)).toEqual(['<script defer src="/console.js">']);
  expect(page).not.toMatch(/ (style|on\w+)=/);
  expect(page).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u);
}
