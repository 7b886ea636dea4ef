/** Small changes of a state that a step has copied, and what the checker looks for. */
import {
  type Agent,
  type Fault,
  IDLE,
  NONE,
  type RecordKind,
  type Server,
  type State,
  type Store,
  type WalRecord,
} from './state.js';

/** A promise is broken. */
export class Violation extends Error {}

/** The step cannot be taken after all. */
export class Impossible extends Error {}

export function must(holds: boolean, text: string): void {
  if (!holds) throw new Violation(text);
}

/** Returns an element that is known to exist; throws otherwise. */
export function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  if (item === undefined) throw new Error(`no element ${index} of ${list.length}`);
  return item;
}

export const serverOf = (state: State, server: number): Server => at(state.servers, server);
export const agentOf = (state: State, agent: number): Agent => at(state.agents, agent);
export const storeOf = (state: State, store: number): Store => at(state.stores, store);

export function changeServer(state: State, server: number, change: Partial<Server>): void {
  state.servers = state.servers.with(server, { ...serverOf(state, server), ...change });
}

export function changeAgent(state: State, agent: number, change: Partial<Agent>): void {
  state.agents = state.agents.with(agent, { ...agentOf(state, agent), ...change });
}

export function changeStore(state: State, store: number, change: Partial<Store>): void {
  state.stores = state.stores.with(store, { ...storeOf(state, store), ...change });
}

export function remaining(state: State, fault: Fault): number {
  return state.budget[fault] ?? 0;
}

export function spend(state: State, fault: Fault): void {
  state.budget = { ...state.budget, [fault]: remaining(state, fault) - 1 };
}

export function nonce(state: State): number {
  state.nonces += 1;
  return state.nonces;
}

/** A record at the end of a server's WAL; returns its number. */
export function append(
  state: State,
  server: number,
  record: { readonly kind: RecordKind } & Partial<WalRecord>,
): number {
  const parent = serverOf(state, server).head;
  const lsn = at(state.history, parent).lsn + 1;
  const added = { activation: 0, upTo: NONE, parent, lsn, ...record };
  state.history = [...state.history, added];
  const node = state.history.length - 1;
  changeServer(state, server, { head: node });
  return node;
}

/** The server's end of an agent's session goes away; the agent notices when it next asks. */
export function cut(state: State, agent: number): void {
  const { server, connected } = agentOf(state, agent);
  if (server !== NONE && connected) {
    const { lock, holder } = serverOf(state, server);
    changeServer(state, server, {
      lock: lock === agent ? NONE : lock,
      holder: holder === agent ? NONE : holder,
    });
  }
  changeAgent(state, agent, { connected: false });
}

/** All sessions at a server go away, and what is under way to it. */
export function cutAll(state: State, server: number): void {
  state.late = state.late.filter((late) => late.kind === 'write' || late.server !== server);
  state.agents.forEach((agent, index) => {
    if (agent.server === server && agent.connected) cut(state, index);
  });
}

/** A session ends; the agent starts over. */
export function endSession(state: State, agent: number): void {
  cut(state, agent);
  state.agents = state.agents.with(agent, IDLE);
}
