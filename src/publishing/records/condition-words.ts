/** The conditions of a checkpoint in words, what helps, and what follows from each. */
import { type ErrorCode, LenkwerkError, type ResyncCause } from '../../model/errors.js';
import type { ConditionKind, ConditionOf } from './condition.js';

interface Words<Kind extends ConditionKind> {
  /** Without a full stop. */
  readonly sentence: (condition: ConditionOf<Kind>) => string;
  /** What helps; undefined where nothing has to. */
  readonly help: string | ((condition: ConditionOf<Kind>) => string) | undefined;
  /** What an agent does that starts here. */
  readonly agent: 'streams' | 'resyncs' | 'waits';
  readonly level: 'ok' | 'warn' | 'fail';
}

const RESYNCS = 'start `lenkwerk agent`: it publishes everything again';
const WAIT = 'start `lenkwerk agent`, or wait for it';

const CONDITIONS: { readonly [Kind in ConditionKind]: Words<Kind> } = {
  none: {
    sentence: () => 'nothing was ever published: there is no checkpoint',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  damaged: {
    sentence: () => 'the checkpoint is damaged: it is not what an agent wrote',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  'other-cluster': {
    sentence: ({ published, cluster }) =>
      `the store belongs to another cluster, ${published}; this one is ${cluster}`,
    help: 'is this the right store? if this database takes the place of that one, start the agent with --allow-mass-delete',
    agent: 'resyncs',
    level: 'fail',
  },
  'former-version': {
    sentence: () => 'the checkpoint is of an earlier version of this program',
    help: 'start `lenkwerk agent`: it compares everything once, and writes what differs',
    agent: 'resyncs',
    level: 'warn',
  },
  'other-server': {
    sentence: () => 'the checkpoint is of another database server',
    help: 'is this the right database? then an agent publishes everything again',
    agent: 'resyncs',
    level: 'fail',
  },
  'unfinished-resync': {
    sentence: () => 'a resync is under way, or was not finished',
    help: WAIT,
    agent: 'resyncs',
    level: 'warn',
  },
  'other-slot': {
    sentence: ({ slot }) => `the checkpoint belongs to another slot, ${slot}`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'no-slot': {
    sentence: ({ slot }) => `the slot ${slot} of the checkpoint is missing`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'lost-wal': {
    sentence: ({ slot }) => `slot ${slot} lost WAL that it needed`,
    help: 'start `lenkwerk agent`: it creates a new slot, and resyncs',
    agent: 'resyncs',
    level: 'fail',
  },
  'no-activation': {
    sentence: ({ slot }) => `the database does not know an agent of the slot ${slot}`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'other-history': {
    sentence: () => 'the database has another history than the one that was published',
    help: 'was it restored, or is it a copy? then an agent publishes everything again',
    agent: 'resyncs',
    level: 'fail',
  },
  'confirmed-beyond': {
    sentence: ({ slot }) =>
      `the checkpoint is an old one: the slot ${slot} was confirmed beyond it`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  unprovable: {
    sentence: () => 'the slot was set back to before the resync that the records are of',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  'ahead-of-server': {
    sentence: () => "the checkpoint is beyond the server's log",
    help: 'is this the right server? then an agent publishes everything again',
    agent: 'resyncs',
    level: 'fail',
  },
  'other-timeline': {
    sentence: ({ timeline }) => `the server went to timeline ${timeline} before the checkpoint`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  'old-primary': {
    sentence: ({ timeline }) =>
      `the server looks like an old primary: it is on timeline ${timeline}, before the checkpoint's`,
    help: ({ acceptance }) =>
      `name the present primary; was this cluster restored on purpose, start the agent with --accept-timeline ${acceptance}`,
    agent: 'waits',
    level: 'fail',
  },
  'publication-changed': {
    sentence: () => 'the publication was changed',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'in-parts': {
    sentence: () => 'a large transaction is being published in parts',
    help: WAIT,
    agent: 'streams',
    level: 'warn',
  },
  fine: {
    sentence: () => 'nothing was seen against the checkpoint',
    help: undefined,
    agent: 'streams',
    level: 'ok',
  },
};

/** Why an agent resyncs: the condition of the checkpoint, or what a session came upon. */
export interface ResyncReason {
  readonly kind: ConditionKind | ResyncCause;
  /** In words, for people. */
  readonly sentence: string;
}

/** A condition in words. */
interface ConditionReport extends Omit<Words<ConditionKind>, 'sentence' | 'help'> {
  readonly sentence: string;
  readonly help: string | undefined;
}

/** A condition in words, what helps, and what follows from it. */
export function describeCondition<Kind extends ConditionKind>(
  condition: ConditionOf<Kind>,
): ConditionReport {
  const words: Words<Kind> = CONDITIONS[condition.kind];
  const { help } = words;
  const sentence = words.sentence(condition);
  return { ...words, sentence, help: typeof help === 'function' ? help(condition) : help };
}

/** The error of this code for a condition: the sentence, and what helps as its hint. */
export function conditionError<Kind extends ConditionKind>(
  code: ErrorCode,
  condition: ConditionOf<Kind>,
): LenkwerkError {
  const { sentence, help } = describeCondition(condition);
  return new LenkwerkError(code, sentence, help === undefined ? {} : { hint: help });
}
