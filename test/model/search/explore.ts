/** Breadth-first search over the states of one family: all of them, or as many as are asked for. */

import type { World } from '../agent/turn.js';
import { DEFAULTS, type Family } from '../family.js';
import type { Rule } from '../rule.js';
import { initial, offerSteps } from '../steps.js';
import { at, Violation } from '../world/changes.js';
import type { State } from '../world/state.js';
import { Hash, Seen } from './hashing.js';
import { Identity } from './identity.js';
import { type Broken, findStuck } from './settle.js';

/** Every so many states the faults stop, to see whether the store gets there. */
const SETTLE_EVERY = 5;

export interface Exploration {
  /** 'exhausted': every state was seen; 'bounded': as many as were asked for. */
  readonly outcome: 'exhausted' | 'bounded' | 'broken';
  readonly states: number;
  /** Steps from one state to another. */
  readonly steps: number;
  /** How many of them lead from the first state to the last. */
  readonly depth: number;
  readonly settled: number;
  /** The promise that is broken, and the steps that break it; a shortest way. */
  readonly broken: Broken | undefined;
}

/** A broken promise and the steps to it, one a line. */
export function printed({ promise, trace }: Broken): string {
  return [promise, ...trace.map((label, index) => `${index + 1}. ${label}`)].join('\n  ');
}

/** Explores a family under a rule until a promise is broken, or `maxStates` were seen. */
export function explore(
  rule: Rule,
  family: Partial<Family>,
  { maxStates, settleEvery = SETTLE_EVERY }: { maxStates: number; settleEvery?: number },
): Exploration {
  const search = new Search(
    { rule, family: { ...DEFAULTS, ...family } },
    { maxStates, settleEvery },
  );
  const broken = search.run();
  const { states, steps, depth, settled } = search;
  const outcome = broken !== undefined ? 'broken' : search.ended ? 'exhausted' : 'bounded';
  return { outcome, states, steps, depth, settled, broken };
}

interface Bounds {
  readonly maxStates: number;
  readonly settleEvery: number;
}

class Search {
  readonly #world: World;
  readonly #bounds: Bounds;
  readonly #seen = new Seen();
  readonly #hash = new Hash();
  readonly #identity: Identity;
  /** By the number of a state: the state before it, and which of that state's steps led to it. */
  readonly #before: number[] = [-1];
  readonly #choice: number[] = [-1];
  states = 1;
  steps = 0;
  depth = 0;
  settled = 0;
  ended = false;

  constructor(world: World, bounds: Bounds) {
    this.#world = world;
    this.#bounds = bounds;
    this.#identity = new Identity(this.#hash, world.family);
  }

  run(): Broken | undefined {
    const first = initial(this.#world);
    this.#isNew(first);
    let level: readonly State[] = [first];
    let firstNumber = 0;
    while (level.length > 0) {
      const next: State[] = [];
      const nextNumber = this.states;
      for (let index = 0; index < level.length; index += 1) {
        const broken = this.#visit(at(level, index), firstNumber + index, next);
        if (broken !== undefined) return broken;
        if (this.states >= this.#bounds.maxStates) return undefined;
      }
      level = next;
      firstNumber = nextNumber;
      if (next.length > 0) this.depth += 1;
    }
    this.ended = true;
    return undefined;
  }

  #isNew(state: State): boolean {
    this.#identity.add(state);
    return this.#seen.add(this.#hash);
  }

  #visit(state: State, number: number, next: State[]): Broken | undefined {
    let broken: Broken | undefined;
    let choice = -1;
    offerSteps(state, this.#world, (label, after) => {
      choice += 1;
      if (broken !== undefined) return;
      this.steps += 1;
      if (after instanceof Violation) {
        broken = { promise: after.message, trace: [...this.#traceTo(number), label] };
      } else if (this.#isNew(after)) {
        this.#before.push(number);
        this.#choice.push(choice);
        this.states += 1;
        next.push(after);
      }
    });
    return broken ?? this.#settle(state, number);
  }

  #settle(state: State, number: number): Broken | undefined {
    if (number % this.#bounds.settleEvery > 0) return undefined;
    this.settled += 1;
    const stuck = findStuck(state, this.#world);
    if (stuck === undefined) return undefined;
    return { ...stuck, trace: [...this.#traceTo(number), ...stuck.trace] };
  }

  /** The labels of the steps to a state: the choices are repeated. */
  #traceTo(number: number): readonly string[] {
    const choices: number[] = [];
    for (let here = number; here > 0; here = at(this.#before, here)) {
      choices.push(at(this.#choice, here));
    }
    const labels = [...this.#world.family.behind];
    let state = initial(this.#world);
    for (const wanted of choices.reverse()) {
      let choice = -1;
      let found: State | undefined;
      offerSteps(state, this.#world, (label, after) => {
        choice += 1;
        if (choice !== wanted || after instanceof Violation) return;
        labels.push(label);
        found = after;
      });
      if (found === undefined) throw new Error('a step cannot be taken again');
      state = found;
    }
    return labels;
  }
}
