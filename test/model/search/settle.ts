/**
 * P6: faults stop, every agent but the first ends, one primary is left: the store has to reach its
 * tables, and the slot its head.
 */

import { isOldPrimary } from '../agent/judge.js';
import { deletes } from '../agent/own-past.js';
import type { World } from '../agent/turn.js';
import { offerFirstAgent } from '../steps.js';
import { changeAgent, changeServer, storeOf, Violation } from '../world/changes.js';
import { lsnOf, tablesAt } from '../world/history.js';
import { IDLE, NONE, type State } from '../world/state.js';

/** A promise that is broken and the steps that break it, a label each. */
export interface Broken {
  readonly promise: string;
  readonly trace: readonly string[];
}

const NOT_LIVE = 'P6: the store does not reach the tables when faults stop';
const MAX_STEPS = 80;
const BUDGET = { starts: 9, barriers: 9 };
/** Steps that are not needed to get on. */
const DETOURS = /writes half|not on disk|writes a part/;

/** Returns the promise that is broken at the first server where one is, and the steps to it. */
export function findStuck(state: State, world: World): Broken | undefined {
  for (let server = 0; server < state.servers.length; server += 1) {
    const { up, primary } = state.servers[server] ?? { up: false, primary: false };
    if (!up || !primary) continue;
    const trace = [`faults stop, server ${server} is left`];
    const end = run(alone(state, server), world, trace);
    if (end instanceof Violation) return { promise: end.message, trace };
    if (!isSettled(end, server, world)) return { promise: NOT_LIVE, trace };
  }
  return undefined;
}

function alone(state: State, left: number): State {
  const next: State = { ...state, budget: BUDGET, late: [] };
  state.servers.forEach(({ lock, holder }, server) => {
    const kept = { lock: lock === 0 ? 0 : NONE, holder: holder === 0 ? 0 : NONE };
    changeServer(next, server, server === left ? kept : { up: false });
  });
  state.agents.forEach(({ server, connected }, agent) => {
    if (agent > 0 || server !== left || !connected) changeAgent(next, agent, IDLE);
  });
  return next;
}

/** Takes the first step that the agent has, until it has none or a step breaks a promise. */
function run(state: State, world: World, trace: string[]): State | Violation {
  let now = state;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    let next: State | Violation | undefined;
    offerFirstAgent(now, world, (label, after) => {
      if (next !== undefined || DETOURS.test(label)) return;
      trace.push(label);
      next = after;
    });
    if (next === undefined) break;
    if (next instanceof Violation) return next;
    now = next;
  }
  return now;
}

function isSettled(state: State, left: number, { family, rule }: World): boolean {
  const store = storeOf(state, 0);
  const { checkpoint } = store;
  const server = state.servers[left];
  if (server === undefined) return false;
  const tables = tablesAt(state, server.head);
  // Where the rule asks a person, waiting is right.
  if (
    rule.step5OldPrimary !== 'never' &&
    checkpoint !== undefined &&
    isOldPrimary(server, checkpoint)
  )
    return true;
  if (family.guarded && deletes(store, tables)) return true;
  if (checkpoint === undefined || checkpoint.snapshot || checkpoint.partOf !== NONE) return false;
  const equal = store.a === tables.a && store.b === tables.b && store.last === tables.last;
  return equal && store.foreign === NONE && server.confirmed === lsnOf(state, server.head);
}
