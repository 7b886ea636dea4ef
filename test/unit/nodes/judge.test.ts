import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import {
  type Instance,
  judgeNodes,
  type NodesEvidence,
  type TargetEvidence,
} from '../../../src/nodes/judge.js';
import type { Acknowledgement } from '../../../src/publishing/records/acknowledgement.js';
import { CHECKPOINT } from '../../support/states/checkpoint.js';

const NODE: Instance = { host: 'h', port: 5432, status: 3 };
const NOW = new Date('2026-11-23T00:10:00.000Z');

/** The checkpoint `w<revision>` at that revision, with the revision as its position. */
function checkpointAt(revision: bigint, committedAt: string | undefined = CHECKPOINT.committedAt) {
  const lsn = lsnFromBytes(revision);
  return { revision, checkpoint: { ...CHECKPOINT, writeId: `w${revision}`, lsn, committedAt } };
}

function markAt(revision: bigint) {
  return { revision, writeId: `w${revision}` };
}

interface Acknowledged extends Partial<Acknowledgement> {
  readonly at?: bigint;
  readonly writeId?: string;
}

function acknowledged({ at, writeId = `w${at}`, ...rest }: Acknowledged = {}): Acknowledgement {
  const applied =
    at === undefined
      ? undefined
      : { revision: at, writeId, lsn: lsnFromBytes(at), appliedAt: '1970-01-01T00:00:00Z' };
  const common = { name: 'h_5432', followerId: 'f', refusal: undefined, toolVersion: '1' };
  return { ...common, applied, ...rest };
}

function target(
  acknowledgements: Readonly<Record<string, Acknowledgement | undefined>>,
  changes: Partial<TargetEvidence> = {},
): TargetEvidence {
  return {
    target: 'default',
    acknowledgements: new Map(Object.entries(acknowledgements)),
    current: checkpointAt(100n),
    wanted: markAt(100n),
    past: new Map(),
    next: new Map(),
    ...changes,
  };
}

function judge(targets: readonly TargetEvidence[], changes: Partial<NodesEvidence> = {}) {
  const evidence = { instances: [NODE], unread: [], unheard: new Set<string>(), now: NOW };
  return judgeNodes({ ...evidence, targets, ...changes });
}

function stateOf(...given: Parameters<typeof judge>) {
  return judge(...given).nodes[0]?.state;
}

describe('a node', () => {
  test('is in step with the newest checkpoint', () => {
    expect(judge([target({ h_5432: acknowledged({ at: 100n }) })]).nodes).toEqual([
      {
        ...{ host: 'h', port: 5432, name: 'h_5432', state: 'in-step', target: 'default' },
        ...{ acknowledgement: acknowledged({ at: 100n }), lag: undefined },
      },
    ]);
  });

  test.each([
    ['another write of the same revision', acknowledged({ at: 100n, writeId: 'other' })],
    ['a revision that the store has not reached', acknowledged({ at: 101n })],
    ['nothing yet', acknowledged()],
    ['what cannot be read', undefined],
  ])('is behind when it acknowledged %s', (_, acknowledgement) => {
    expect(stateOf([target({ h_5432: acknowledgement })])).toBe('behind');
  });

  test('is in step with a later checkpoint only if the past shows it', () => {
    const wanted = markAt(90n);
    const h_5432 = acknowledged({ at: 95n });
    expect(stateOf([target({ h_5432 }, { wanted })])).toBe('behind');
    expect(stateOf([target({ h_5432 }, { wanted, past: new Map([[95n, 'other']]) })])).toBe(
      'behind',
    );
    expect(stateOf([target({ h_5432 }, { wanted, past: new Map([[95n, 'w95']]) })])).toBe(
      'in-step',
    );
  });

  test('is not in step where nothing is known of the target', () => {
    const h_5432 = acknowledged({ at: 100n });
    expect(stateOf([target({ h_5432 }, { wanted: undefined })])).toBe('behind');
    expect(stateOf([target({ h_5432 }, { current: undefined })])).toBe('behind');
    expect(stateOf([target({ h_5432 }, { wanted: markAt(101n) })])).toBe('behind');
  });

  test('is in step if it is on any target, else judged by its furthest position', () => {
    const eu = target({ h_5432: acknowledged({ at: 100n }) }, { target: 'eu' });
    const old = target({ h_5432: acknowledged({ at: 50n }) });
    const older = target({ h_5432: acknowledged({ at: 40n }) }, { target: 'us' });
    expect(judge([old, eu]).nodes[0]).toMatchObject({ state: 'in-step', target: 'eu' });
    expect(judge([older, old]).nodes[0]).toMatchObject({ state: 'behind', target: 'default' });
  });

  test('is refused with what it names, unless it has what is wanted', () => {
    const refusal = { key: '/Config/a', reason: 'null value' };
    expect(stateOf([target({ h_5432: acknowledged({ at: 90n, refusal }) })])).toBe('refused');
    expect(stateOf([target({ h_5432: acknowledged({ at: 100n, refusal }) })])).toBe('in-step');
  });

  test('is silent when it acknowledges nothing new, and lacks something', () => {
    const unheard = new Set(['h_5432']);
    expect(stateOf([target({ h_5432: acknowledged({ at: 90n }) })], { unheard })).toBe('silent');
    expect(stateOf([target({ h_5432: acknowledged({ at: 100n }) })], { unheard })).toBe('in-step');
  });

  test('was never heard of, which is not known while a target cannot be read', () => {
    const unread = [{ target: 'eu', reason: 'no answer' }];
    expect(judge([target({})])).toMatchObject({ isUsed: false, nodes: [{ state: 'never' }] });
    expect(stateOf([target({})], { unread })).toBe('unknown');
  });
});

describe('how far a node is behind', () => {
  const lagOf = (at: bigint, changes: Partial<TargetEvidence> = {}) =>
    judge([target({ h_5432: acknowledged({ at }) }, changes)]).nodes[0]?.lag;

  test('is the log up to the newest checkpoint, and the age of the first that it lacks', () => {
    const { checkpoint } = checkpointAt(95n, '2026-11-23T00:09:00.000Z');
    expect(lagOf(90n, { next: new Map([[90n, checkpoint]]) })).toEqual({ bytes: 10n, seconds: 60 });
    expect(lagOf(90n)).toEqual({ bytes: 10n, seconds: 600 });
  });

  test('is never negative, and not known without a commit or of another history', () => {
    const { checkpoint } = checkpointAt(80n, '2026-11-24T00:00:00.000Z');
    expect(lagOf(90n, { current: { checkpoint, revision: 100n } })).toEqual({
      ...{ bytes: 0n, seconds: 0 },
    });
    const undated = { ...checkpoint, committedAt: undefined };
    expect(lagOf(70n, { current: { checkpoint: undated, revision: 100n } })).toEqual({
      ...{ bytes: 10n, seconds: undefined },
    });
    expect(lagOf(101n)).toEqual({ bytes: undefined, seconds: 600 });
  });
});

test('instances that are offline are not expected, and registered all the same', () => {
  const instances = [{ ...NODE, status: 0 }];
  const { nodes, unregistered } = judge(
    [target({ h_5432: acknowledged({ at: 1n }), x_1: undefined, a_1: undefined })],
    { instances },
  );
  expect({ nodes, unregistered }).toEqual({ nodes: [], unregistered: ['a_1', 'x_1'] });
});

test('two followers of one name show on two targets, a copied database under two names', () => {
  const eu = target({ h_5432: acknowledged({ followerId: 'g' }) }, { target: 'eu' });
  const copied = acknowledged({ name: 'i_5432', followerId: 'g' });
  const { conflicts } = judge([target({ h_5432: acknowledged(), i_5432: copied }), eu]);
  expect(conflicts).toEqual([
    { kind: 'one-name', names: ['h_5432'] },
    { kind: 'one-database', names: ['h_5432', 'i_5432'] },
  ]);
  expect(judge([target({ h_5432: acknowledged(), i_5432: undefined })]).conflicts).toEqual([]);
});

type Step = 'write' | 'other' | 'acknowledge' | 'want' | { readonly back: number };

interface Written {
  readonly revision: bigint;
  readonly writeId: string;
  /** Counts all writes that there ever were. */
  readonly order: number;
}

/** A store that may go back to an earlier state, and what was wanted and acknowledged in it. */
function play(steps: readonly Step[]) {
  let history: Written[] = [];
  let revision = 0n;
  let order = 0;
  let acknowledgedWrite: Written | undefined;
  let wanted: Written | undefined;
  const orders = new Map<string, number>();
  for (const step of steps) {
    if (step === 'write') {
      revision += 1n;
      order += 1;
      const writeId = `w${order}`;
      orders.set(writeId, order);
      history.push({ revision, writeId, order });
    } else if (step === 'other') revision += 1n;
    else if (step === 'acknowledge') acknowledgedWrite = history.at(-1) ?? acknowledgedWrite;
    else if (step === 'want') wanted = history.at(-1) ?? wanted;
    else {
      history = history.slice(0, Math.max(0, history.length - step.back));
      revision = history.at(-1)?.revision ?? 0n;
    }
  }
  return { history, acknowledgedWrite, wanted };
}

const FORWARD = fc.constantFrom<Step>('write', 'write', 'other', 'acknowledge', 'want');
const BACK = fc.record({ back: fc.integer({ min: 1, max: 4 }) });
const STEPS = fc.array(
  fc.oneof({ weight: 9, arbitrary: FORWARD }, { weight: 1, arbitrary: BACK }),
  { minLength: 5, maxLength: 40 },
);

test('property: in step means that it acknowledged what was wanted, or a later write', () => {
  let inStep = 0;
  const holds = (steps: readonly Step[], isPastRead: boolean) => {
    const { history, acknowledgedWrite, wanted } = play(steps);
    const newest = history.at(-1);
    const applied = acknowledgedWrite && {
      ...acknowledgedWrite,
      ...{ lsn: lsnFromBytes(1n), appliedAt: '' },
    };
    const current = newest && {
      revision: newest.revision,
      checkpoint: { ...CHECKPOINT, writeId: newest.writeId },
    };
    const entries = isPastRead ? history : [];
    const past = new Map(entries.map((write) => [write.revision, write.writeId]));
    const acknowledgement = { ...acknowledged(), applied };
    const state = stateOf([target({ h_5432: acknowledgement }, { current, wanted, past })]);
    const isWanted =
      acknowledgedWrite !== undefined &&
      wanted !== undefined &&
      acknowledgedWrite.order >= wanted.order;
    if (state === 'in-step') inStep += 1;
    if (state === 'in-step') expect(isWanted).toBe(true);
    // What is the newest in the store, and wanted, is always seen.
    const isNewest = isWanted && acknowledgedWrite?.writeId === newest?.writeId;
    if (isNewest && wanted.revision <= (newest?.revision ?? 0n)) expect(state).toBe('in-step');
  };
  fc.assert(fc.property(STEPS, fc.boolean(), holds), { numRuns: 2_000 });
  expect(inStep).toBeGreaterThan(100);
});
