/** The scenario of a seed. */
import { Random } from '../soak/random.js';
import { type Scenario, STEP_KINDS, type Step, type StepKind } from './scenario.js';
import { MOMENTS } from './world/surroundings.js';

/** What happens in every world, whatever faults it has. */
const ALWAYS: ReadonlySet<StepKind> = new Set(['write', 'other-wal', 'persist']);
const FAULTS: readonly StepKind[] = STEP_KINDS.filter((kind) => !ALWAYS.has(kind));

/** Faults that are dangerous together: half of the worlds have those of one or two themes only. */
const THEMES: readonly (readonly StepKind[])[] = [
  ['image', 'put-back', 'kill'],
  ['two-promotions', 'failover', 'kill'],
  ['visit-standby', 'wait-at-standby'],
  ['back-up', 'restore'],
  ['back-up', 'restore', 'pause', 'delay-commits', 'kill'],
  ['advance-slot', 'drop-slot', 'lose-slot', 'kill', 'cut'],
  ['foreign-servermap', 'kill', 'cut'],
  ['kill', 'cut', 'store-down', 'lose-answers'],
  ['failover', 'crash', 'delay-commits'],
  ['alter', 'ask', 'hide-table', 'kill'],
  ['foreign-write', 'foreign-checkpoint', 'compact', 'pause'],
];
const THEMED = 0.5;
/** How often the writers stop long before the faults do. */
const EARLY_SILENCE = 0.3;

/** Commits: few changes each, so that parts are common, or enough for everything. */
const LIMITS = [2, 5, 50, 1_000] as const;
const ROOMY_BYTES = 1_000_000;
const BYTES = [400, 2_000, ROOMY_BYTES] as const;
/** The product keeps so much of a commit for its checkpoint. */
const CHECKPOINT_BYTES = 4_096;
/** How often a fault waits for a moment of an agent. */
const ON_A_MOMENT = 0.5;

export function generate(seed: number): Scenario {
  const random = new Random(seed);
  const writes = random.fork();
  const nemesis = random.fork();
  const faults = random.chance(THEMED) ? drawThemes(random) : drawSome(random);
  const lengthMs = random.between(20_000, 90_000);
  const maxChanges = random.pick(LIMITS);
  const roomFor = maxChanges === 1_000 ? ROOMY_BYTES : random.pick(BYTES);
  const steps = [
    ...drawWrites(writes, random.chance(EARLY_SILENCE) ? lengthMs / 2 : lengthMs),
    ...(faults.length === 0 ? [] : drawFaults(nemesis, faults, lengthMs)),
  ];
  return {
    seed,
    agents: random.chance(0.5) ? 2 : 1,
    slowness: random.pick([1, 5, 40]),
    maxChanges,
    maxBytes: CHECKPOINT_BYTES + roomFor,
    heal: random.chance(0.5),
    lengthMs,
    lastWrite: random.chance(0.6),
    steps: steps.toSorted((a, b) => a.atMs - b.atMs),
  };
}

function drawThemes(random: Random): readonly StepKind[] {
  return [...new Set([...random.pick(THEMES), ...random.pick(THEMES)])];
}

function drawSome(random: Random): readonly StepKind[] {
  const share = 0.15 + random.next() * 0.45;
  return FAULTS.filter(() => random.chance(share));
}

function drawWrites(random: Random, lengthMs: number): readonly Step[] {
  const steps: Step[] = [];
  const add = (atMs: number, kind: StepKind) => {
    steps.push({ atMs, kind, on: undefined, agent: 0, forMs: 0, draw: drawOf(random) });
  };
  for (let count = 0; count < 6; count += 1) add(0, 'write');
  for (let atMs = 100; atMs < lengthMs; ) {
    add(atMs, 'write');
    if (random.chance(0.2)) add(atMs, 'other-wal');
    atMs += random.chance(0.3) ? 5 : random.between(50, 2_500);
  }
  for (let atMs = 0; atMs < lengthMs; atMs += random.between(1_000, 16_000)) add(atMs, 'persist');
  return steps;
}

function drawFaults(
  random: Random,
  faults: readonly StepKind[],
  lengthMs: number,
): readonly Step[] {
  const steps: Step[] = [];
  for (let atMs = random.between(500, 5_000); atMs < lengthMs; atMs += random.between(300, 9_000)) {
    steps.push({
      atMs,
      kind: random.pick(faults),
      on: random.chance(ON_A_MOMENT) ? random.pick(MOMENTS) : undefined,
      agent: random.between(0, 1),
      forMs: random.between(200, 15_000),
      draw: drawOf(random),
    });
  }
  return steps;
}

function drawOf(random: Random): number {
  return random.between(0, 2 ** 31);
}
