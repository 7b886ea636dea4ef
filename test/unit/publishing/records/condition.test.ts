import { describe, expect, test } from 'vitest';
import { type Lsn, lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  type ConditionKind,
  type Evidence,
  judge,
  judgeTimeline,
} from '../../../../src/publishing/records/condition.js';
import { describeCondition } from '../../../../src/publishing/records/condition-words.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const at = (bytes: number): Lsn => lsnFromBytes(BigInt(bytes));

const FOUND = { lost: false, confirmedFlush: at(100) };
const SLOT = { name: 'lw_agent', found: FOUND };
const SERVER = { systemId: '7', lsn: at(200), timelines: { current: 1, leftAt: undefined } };
/** Everything was looked at, and nothing is against the checkpoint. */
const GOOD: Evidence = {
  checkpoint: CHECKPOINT,
  checkpointExists: true,
  cluster: 'c',
  slot: SLOT,
  server: SERVER,
  activation: { found: 'a' },
  publication: 'p',
};
const UNSEEN = {
  cluster: undefined,
  activation: undefined,
  slot: undefined,
  server: undefined,
  publication: undefined,
};

function kindOf(evidence: Partial<Evidence>): ConditionKind {
  return judge({ ...GOOD, ...evidence }).kind;
}

const found = (slot: Partial<typeof FOUND>) => ({
  slot: { ...SLOT, found: { ...FOUND, ...slot } },
});
const onTimeline = (current: number, leftAt: Lsn | undefined) => {
  return { server: { ...SERVER, timelines: { current, leftAt } } };
};

const AFTER_RESYNC = { ...CHECKPOINT, witness: { endLsn: at(100), transaction: undefined } };

/** Each kind has cases: one that is added needs some as well. */
const CASES: Readonly<Record<ConditionKind, readonly Partial<Evidence>[]>> = {
  none: [{ checkpoint: undefined, checkpointExists: false }],
  damaged: [{ checkpoint: undefined }],
  'other-cluster': [
    { cluster: 'd' },
    // Positions and timelines of another cluster mean nothing.
    { cluster: 'd', ...onTimeline(0, undefined), slot: undefined },
    { cluster: 'd', checkpoint: { ...CHECKPOINT, phase: 'snapshot' } },
  ],
  'former-version': [{ checkpoint: { ...CHECKPOINT, version: 1 } }],
  'other-server': [{ server: { ...SERVER, systemId: '8' } }],
  'unfinished-resync': [{ checkpoint: { ...CHECKPOINT, phase: 'snapshot' } }],
  'other-slot': [{ checkpoint: { ...CHECKPOINT, slot: 'other' } }],
  'no-slot': [{ slot: { ...SLOT, found: undefined } }],
  'lost-wal': [found({ lost: true })],
  'no-activation': [{ activation: { found: undefined } }],
  'other-history': [{ activation: { found: 'b' } }],
  unprovable: [{ ...found({ confirmedFlush: at(99) }), checkpoint: AFTER_RESYNC }],
  'confirmed-beyond': [
    found({ confirmedFlush: at(101) }),
    { slot: { ...SLOT, found: { lost: false, confirmedFlush: undefined } } },
  ],
  'ahead-of-server': [{ ...found({ confirmedFlush: at(99) }), server: { ...SERVER, lsn: at(99) } }],
  'other-timeline': [onTimeline(2, at(99)), onTimeline(2, undefined)],
  'old-primary': [
    onTimeline(0, undefined),
    // What a resync would mend comes after it.
    { ...onTimeline(0, undefined), checkpoint: { ...CHECKPOINT, version: 1 } },
    { ...onTimeline(0, undefined), checkpoint: { ...CHECKPOINT, phase: 'snapshot' } },
    { ...onTimeline(0, undefined), slot: { ...SLOT, found: undefined } },
    { ...onTimeline(0, undefined), ...found({ lost: true }), activation: { found: undefined } },
  ],
  'publication-changed': [{ publication: 'other' }],
  'in-parts': [{ checkpoint: { ...CHECKPOINT, part: 3 } }],
  fine: [
    {},
    // Of a version that did not write it.
    { checkpoint: { ...CHECKPOINT, cluster: '' } },
    found({ confirmedFlush: at(1) }),
    { server: { ...SERVER, lsn: at(100) } },
    onTimeline(2, at(100)),
    // It was not asked when the server left the checkpoint's timeline.
    { server: { ...SERVER, timelines: { current: 2, leftAt: 'not read' } } },
    { activation: { found: 'b' }, checkpoint: { ...CHECKPOINT, pending: ['b'] } },
    { checkpoint: AFTER_RESYNC },
    // A slot that lies behind the witness: the stream has to show it.
    { ...found({ confirmedFlush: at(80) }), ...onTimeline(2, at(100)) },
    { ...found({ confirmedFlush: at(80) }), server: { ...SERVER, lsn: at(100) } },
  ],
};
const KINDS = Object.entries(CASES);

test.each(KINDS)('%s is known by what was seen', (kind, cases) => {
  expect(cases.map(kindOf)).toEqual(cases.map(() => kind));
});

test('what was not read is not counted against a checkpoint', () => {
  expect(kindOf(UNSEEN)).toBe('fine');
  expect(kindOf({ ...UNSEEN, slot: SLOT })).toBe('fine');
  expect(kindOf({ server: { ...SERVER, lsn: at(100), timelines: undefined } })).toBe('fine');
  expect(kindOf({ ...UNSEEN, checkpoint: { ...CHECKPOINT, phase: 'snapshot' } })).toBe(
    'unfinished-resync',
  );
});

test('of several conditions the one is reported that makes the others meaningless', () => {
  const everything = {
    ...found({ lost: true, confirmedFlush: at(101) }),
    server: { systemId: '8', lsn: at(1), timelines: { current: 2, leftAt: undefined } },
    publication: 'other',
  };
  expect(kindOf({ ...everything, checkpoint: undefined })).toBe('damaged');
  expect(kindOf(everything)).toBe('other-server');
  expect(kindOf({ ...everything, server: { ...everything.server, systemId: '7' } })).toBe(
    'lost-wal',
  );
});

describe('an earlier timeline', () => {
  const acceptance = (checkpoint: typeof CHECKPOINT) =>
    judgeTimeline(checkpoint, '7', 0)?.acceptance;

  test('is accepted in place of one checkpoint only', () => {
    const activation = '3f2a9c10-0000-4000-8000-000000000000';
    expect(acceptance({ ...CHECKPOINT, activation })).toBe('0:3f2a9c10');
    expect(acceptance({ ...CHECKPOINT, activation: '', writeId: '00aabbcc-1' })).toBe('0:00aabbcc');
  });

  test('is one of the same system, at a primary', () => {
    expect(judgeTimeline(CHECKPOINT, '8', 0)).toBeUndefined();
    expect(judgeTimeline(CHECKPOINT, '7', undefined)).toBeUndefined();
    expect(judgeTimeline(undefined, '7', 0)).toBeUndefined();
    expect(judgeTimeline(CHECKPOINT, '7', 1)).toBeUndefined();
  });

  test('is named with what helps', () => {
    const condition = judge({ ...GOOD, ...onTimeline(0, undefined) });
    expect(describeCondition(condition).help).toContain('--accept-timeline 0:a');
  });
});

describe('the words', () => {
  test.each(KINDS)('for %s fit what follows from it', (_, [evidence = {}]) => {
    const condition = judge({ ...GOOD, ...evidence });
    const { sentence, help, agent, level } = describeCondition(condition);
    expect(sentence).toMatch(/^[a-z].*[a-z0-9]$/);
    expect(help === undefined).toBe(level === 'ok');
    expect(agent === 'streams').toBe(['fine', 'in-parts'].includes(condition.kind));
    expect(agent === 'waits').toBe(condition.kind === 'old-primary');
  });

  test('name the slot, or the timeline', () => {
    const sentence = (evidence: Partial<Evidence>) =>
      describeCondition(judge({ ...GOOD, ...evidence })).sentence;
    expect(sentence({ slot: { ...SLOT, found: undefined } })).toContain('slot lw_agent');
    expect(sentence({ checkpoint: { ...CHECKPOINT, slot: 'other' } })).toContain('slot, other');
    expect(sentence(onTimeline(2, undefined))).toContain('timeline 2');
    expect(sentence(onTimeline(0, undefined))).toContain('timeline 0');
  });
});
