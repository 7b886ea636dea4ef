/** The scenario of a seed. */
import { Random } from '../soak/random.js';
import { type Scenario, STEP_KINDS, type Step, type StepKind } from './scenario.js';
import { MOMENTS, type Moment } from './world/surroundings.js';

/** What happens in every world, whatever faults it has. */
const ALWAYS: ReadonlySet<StepKind> = new Set(['write', 'other-wal', 'persist']);
const FAULTS: readonly StepKind[] = STEP_KINDS.filter((kind) => !ALWAYS.has(kind));

/** Faults that are dangerous together: half of the worlds have those of one or two themes only. */
const THEMES: readonly (readonly StepKind[])[] = [
  ['image', 'put-back', 'kill'],
  ['image', 'put-back', 'advance-slot', 'kill'],
  ['back-up', 'restore', 'delay-commits'],
  ['kill', 'cut'],
  ['big-row', 'kill', 'restore', 'back-up'],
  ['two-promotions', 'failover', 'kill'],
  ['visit-standby', 'wait-at-standby'],
  ['failover', 'two-promotions', 'visit-old-primary'],
  ['shut-down', 'crash', 'kill'],
  ['store-slow', 'store-full', 'cut-streams', 'kill'],
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
/** How many worlds have three targets, and how many one whose verify runs all the time. */
const MANY_TARGETS = 0.06;
const VERIFIED = 0.25;

/**
 * `lasting`: one failure does not end, and agents may not try too often. `neighbours`: something
 * happens to all stores but the first, which has to stay up to date.
 */
type Shape = 'ordinary' | 'lasting' | 'neighbours';
const LASTING = 0.01;
const NEIGHBOURS = 0.03;
const LASTING_MS = 700_000;
const LASTING_WRITES_MS = 30_000;
const LASTING_FAULTS: readonly StepKind[] = [
  'store-down',
  'store-full',
  'crash',
  'hide-table',
  'visit-standby',
  'wait-at-standby',
  'cut-streams',
  'big-row',
];
const OF_NEIGHBOURS: readonly StepKind[] = [
  'store-down',
  'store-full',
  'store-slow',
  'lose-answers',
  'delay-commits',
  'restore',
  'back-up',
  'foreign-write',
  'foreign-checkpoint',
];

/** How often a fault waits for a moment of an agent. */
const ON_A_MOMENT = 0.5;
/** Between these and what follows most of the old rules lost data. */
const AWAITED: readonly Moment[] = [...MOMENTS, 'look', 'part', 'part', 'commit'];

export function generate(seed: number): Scenario {
  const random = new Random(seed);
  const writes = random.fork();
  const nemesis = random.fork();
  const shape = pickShape(random);
  const lengthMs = shape === 'lasting' ? LASTING_MS : random.between(20_000, 90_000);
  const maxChanges = random.pick(LIMITS);
  const roomFor = maxChanges === 1_000 ? ROOMY_BYTES : random.pick(BYTES);
  const faults = drawFaults(nemesis, { shape, kinds: drawKinds(random), lengthMs });
  const isCalm = random.chance(EARLY_SILENCE);
  const writtenMs = shape === 'lasting' ? LASTING_WRITES_MS : lengthMs * (isCalm ? 0.5 : 1);
  const steps = [...drawWrites(writes, writtenMs), ...faults];
  const isMany = shape === 'neighbours' || random.chance(MANY_TARGETS);
  return {
    seed,
    agents: random.pick([1, 1, 2, 2, 3]),
    targets: isMany ? 3 : 1,
    slowness: random.pick([1, 5, 40]),
    maxChanges,
    maxBytes: CHECKPOINT_BYTES + roomFor,
    heal: random.chance(0.5),
    mayDeleteMuch: random.chance(0.5),
    verifies: random.chance(VERIFIED),
    lengthMs,
    lastWrite: random.chance(0.6),
    steps: steps.toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** One failure of each kind that does not end: few seeds draw them. */
export function lastingScenarios(): readonly Scenario[] {
  return LASTING_FAULTS.map((kind, index) => {
    const seed = index + 1;
    const random = new Random(seed);
    const writes = drawWrites(random, LASTING_WRITES_MS);
    const fault = drawLasting(random, kind);
    return {
      seed,
      agents: 2,
      targets: 1,
      slowness: 1,
      maxChanges: 50,
      maxBytes: CHECKPOINT_BYTES + ROOMY_BYTES,
      heal: true,
      mayDeleteMuch: true,
      verifies: false,
      lengthMs: LASTING_MS,
      lastWrite: true,
      steps: [...writes, fault].toSorted((a, b) => a.atMs - b.atMs),
    };
  });
}

function pickShape(random: Random): Shape {
  const drawn = random.next();
  if (drawn < LASTING) return 'lasting';
  return drawn < LASTING + NEIGHBOURS ? 'neighbours' : 'ordinary';
}

function drawKinds(random: Random): readonly StepKind[] {
  return random.chance(THEMED) ? drawThemes(random) : drawSome(random);
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
    steps.push({ atMs, kind, on: undefined, agent: 0, target: 0, forMs: 0, draw: drawOf(random) });
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

interface Nemesis {
  readonly shape: Shape;
  readonly kinds: readonly StepKind[];
  readonly lengthMs: number;
}

function drawFaults(random: Random, { shape, kinds, lengthMs }: Nemesis): readonly Step[] {
  switch (shape) {
    case 'ordinary':
      return drawMany(random, kinds, lengthMs);
    case 'neighbours':
      return drawMany(random, OF_NEIGHBOURS, lengthMs).map((step) => ({
        ...step,
        on: undefined,
        target: random.between(1, 2),
      }));
    case 'lasting':
      return [drawLasting(random, random.pick(LASTING_FAULTS))];
  }
}

function drawLasting(random: Random, kind: StepKind): Step {
  const last = { on: undefined, agent: 0, target: 0, forMs: LASTING_MS * 3 };
  return { ...last, atMs: random.between(3_000, 20_000), kind, draw: drawOf(random) };
}

function drawMany(random: Random, kinds: readonly StepKind[], lengthMs: number): readonly Step[] {
  const steps: Step[] = [];
  if (kinds.length === 0) return steps;
  for (let atMs = random.between(500, 5_000); atMs < lengthMs; atMs += random.between(300, 9_000)) {
    steps.push({
      atMs,
      kind: random.pick(kinds),
      on: random.chance(ON_A_MOMENT) ? random.pick(AWAITED) : undefined,
      agent: random.between(0, 2),
      target: random.between(0, 2),
      forMs: random.between(200, 15_000),
      draw: drawOf(random),
    });
  }
  return steps;
}

function drawOf(random: Random): number {
  return random.between(0, 2 ** 31);
}
