/** A scenario: what happens to a world, step by step. JSON, so that a failing one can be kept. */
import { MOMENTS, type Moment } from './world/surroundings.js';

/** What a step does; each is one entry of the tables in faults/. */
export const STEP_KINDS = [
  // Other programs write.
  'write',
  'other-wal',
  'alter',
  'ask',
  'hide-table',
  'big-row',
  // Agents.
  'kill',
  'pause',
  'cut',
  // The database.
  'crash',
  'shut-down',
  'persist',
  'image',
  'put-back',
  'failover',
  'wait-at-standby',
  'two-promotions',
  'visit-standby',
  'visit-old-primary',
  'cut-streams',
  'drop-slot',
  'advance-slot',
  'lose-slot',
  // The store.
  'lose-answers',
  'delay-commits',
  'store-down',
  'store-full',
  'store-slow',
  'compact',
  'back-up',
  'restore',
  'foreign-write',
  'foreign-servermap',
  'foreign-checkpoint',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export interface Step {
  /** Virtual milliseconds since the beginning. */
  readonly atMs: number;
  readonly kind: StepKind;
  /** From then on it waits for this moment; undefined: it happens at once. */
  readonly on: Moment | undefined;
  /** Which agent it concerns, from 0. */
  readonly agent: number;
  /** Which target's store it concerns, from 0. */
  readonly target: number;
  /** How long it lasts. */
  readonly forMs: number;
  /** The seed of whatever else it chooses. */
  readonly draw: number;
}

export interface Scenario {
  /** The seed of latencies and of what servers do by themselves. */
  readonly seed: number;
  readonly agents: number;
  readonly targets: number;
  /** Factor of every latency. */
  readonly slowness: number;
  readonly maxChanges: number;
  readonly maxBytes: number;
  /** Agents repair foreign writes. */
  readonly heal: boolean;
  /** Agents may delete any number of records in a resync. */
  readonly mayDeleteMuch: boolean;
  /** Another program verifies the first target all the time. */
  readonly verifies: boolean;
  /** When the faults stop. */
  readonly lengthMs: number;
  /** A last transaction follows the faults; without one the world is at rest. */
  readonly lastWrite: boolean;
  readonly steps: readonly Step[];
}

/** Reads what `JSON.stringify` made of a scenario. Throws when it is none. */
export function parseScenario(value: unknown): Scenario {
  const steps = field(value, 'steps');
  if (!Array.isArray(steps)) throw new Error('a scenario has steps');
  return {
    seed: numberIn(value, 'seed'),
    agents: numberIn(value, 'agents'),
    targets: numberIn(value, 'targets'),
    slowness: numberIn(value, 'slowness'),
    maxChanges: numberIn(value, 'maxChanges'),
    maxBytes: numberIn(value, 'maxBytes'),
    heal: field(value, 'heal') === true,
    mayDeleteMuch: field(value, 'mayDeleteMuch') === true,
    verifies: field(value, 'verifies') === true,
    lengthMs: numberIn(value, 'lengthMs'),
    lastWrite: field(value, 'lastWrite') === true,
    steps: steps.map(parseStep),
  };
}

function parseStep(value: unknown): Step {
  const kind = STEP_KINDS.find((known) => known === field(value, 'kind'));
  if (kind === undefined) throw new Error(`an unknown step: ${JSON.stringify(value)}`);
  return {
    atMs: numberIn(value, 'atMs'),
    kind,
    on: MOMENTS.find((known) => known === field(value, 'on')),
    agent: numberIn(value, 'agent'),
    target: numberIn(value, 'target'),
    forMs: numberIn(value, 'forMs'),
    draw: numberIn(value, 'draw'),
  };
}

/** A member of an object; undefined when there is none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function numberIn(value: unknown, name: string): number {
  const found = field(value, name);
  if (typeof found !== 'number') throw new Error(`a scenario needs the number ${name}`);
  return found;
}
