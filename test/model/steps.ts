/** The start of a world, and every step that may be taken in it. */

import { offerResync } from './agent/resync.js';
import { offerIntent, offerLook, offerRead, offerRow, offerStream } from './agent/start.js';
import { offerStreaming } from './agent/stream.js';
import { type Offer, Turn, type World } from './agent/turn.js';
import type { Family } from './family.js';
import { RULE } from './rule.js';
import { Impossible, Violation } from './world/changes.js';
import { offerAgentFaults, offerLate, offerStoreFaults } from './world/faults.js';
import { tablesAt } from './world/history.js';
import { offerServerFaults } from './world/server-faults.js';
import { type Checkpoint, IDLE, NONE, type Server, type State, type Store } from './world/state.js';

/** Gets each step: its label, and the state after it or the promise that it breaks. */
type OnStep = (label: string, after: State | Violation) => void;

const PRIMARY: Server = {
  up: true,
  primary: true,
  head: 2,
  confirmed: 2,
  onDisk: 2,
  timeline: 1,
  switches: [],
  system: 1,
  lock: NONE,
  holder: NONE,
};

const CHECKPOINT: Checkpoint = {
  writeId: 2,
  system: 1,
  timeline: 1,
  activation: 1,
  pending: [],
  snapshot: false,
  witness: { node: 2, end: 2, point: false },
  lsn: 2,
  partOf: NONE,
};

const EMPTY: Store = { checkpoint: undefined, revision: 0, a: 0, b: 0, last: NONE, foreign: NONE };

/** One transaction and the row of activation 1 are there, published and confirmed. */
export function initial(world: World): State {
  const { family } = world;
  const root = { kind: 'root', parent: NONE, lsn: 0, activation: 0, upTo: NONE } as const;
  const row = { kind: 'row', parent: 0, lsn: 1, activation: 1, upTo: NONE } as const;
  const commit = { kind: 'commit', parent: 1, lsn: 2, activation: 0, upTo: NONE } as const;
  const slot = family.synchronised ? 2 : NONE;
  const standby = { ...PRIMARY, primary: false, confirmed: slot, onDisk: slot };
  const state: State = {
    history: [root, row, commit],
    servers: [PRIMARY, ...Array.from({ length: family.standbys }, () => standby)],
    stores: [],
    agents: Array.from({ length: family.agents }, () => IDLE),
    late: [],
    backup: undefined,
    image: undefined,
    budget: family.budget,
    nonces: 2,
    givesUp: false,
  };
  const published = { ...EMPTY, checkpoint: CHECKPOINT, revision: 1, ...tablesAt(state, 2) };
  state.stores = family.ownStores ? [published, EMPTY] : [published];
  const asWritten = { rule: RULE, family };
  return family.behind.reduce((before, label) => taken(before, asWritten, label), state);
}

/** The state after the first step whose label begins so. */
function taken(state: State, world: World, beginning: string): State {
  let found: State | undefined;
  offerSteps(state, world, (label, after) => {
    const wanted = label.startsWith(beginning) && !label.includes('[');
    if (found === undefined && wanted && !(after instanceof Violation)) found = after;
  });
  if (found === undefined) throw new Error(`no step begins so: ${beginning}`);
  return found;
}

/** Every step of every agent, and everything else that may happen. */
export function offerSteps(state: State, world: World, onStep: OnStep): void {
  const offer = offerTo(state, onStep);
  for (let index = 0; index < state.agents.length; index += 1) {
    offerAgent(new Turn(state, index, { ...world, offer }));
  }
  const { family }: { readonly family: Family } = world;
  offerServerFaults(state, family, offer);
  offerLate(state, world, offer);
  offerAgentFaults(state, offer);
  offerStoreFaults(state, world, offer);
}

/** The steps of the first agent alone. */
export function offerFirstAgent(state: State, world: World, onStep: OnStep): void {
  offerAgent(new Turn(state, 0, { ...world, offer: offerTo(state, onStep) }));
}

function offerTo(state: State, onStep: OnStep): Offer {
  return (label, change) => {
    const next = { ...state };
    try {
      change(next);
    } catch (error) {
      if (error instanceof Impossible) return;
      if (!(error instanceof Violation)) throw error;
      onStep(label, error);
      return;
    }
    onStep(label, next);
  };
}

function offerAgent(turn: Turn) {
  switch (turn.me.phase) {
    case 'off':
      return offerLook(turn);
    case 'read':
      return offerRead(turn);
    case 'intent':
      return offerIntent(turn);
    case 'row':
      return offerRow(turn);
    case 'start':
      return offerStream(turn);
    case 'stream':
      return offerStreaming(turn);
    case 'resync':
      return offerResync(turn);
  }
}
