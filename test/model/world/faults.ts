/** What may happen to stores, agents and requests that were given up. */

import { mustBeTables, type Offer, type World } from '../agent/turn.js';
import {
  append,
  at,
  changeServer,
  changeStore,
  cut,
  endSession,
  must,
  remaining,
  serverOf,
  spend,
  storeOf,
} from './changes.js';
import { activationAt, lsnOf } from './history.js';
import { type Fault, type Late, NONE, type State, type Store } from './state.js';

export function offerStoreFaults(state: State, { family }: World, offer: Offer): void {
  const first = storeOf(state, 0);
  if (remaining(state, 'backups') > 0) {
    offer('backup of the store', (next) => {
      spend(next, 'backups');
      next.backup = first;
    });
  }
  const { backup } = state;
  if (backup !== undefined && remaining(state, 'rewinds') > 0) {
    offer('store restored from its backup', (next) => {
      spend(next, 'rewinds');
      next.stores = next.stores.with(0, backup);
    });
  }
  if (family.ownStores && remaining(state, 'copies') > 0) {
    offer('store copied for another site', (next) => {
      spend(next, 'copies');
      next.stores = [first, first];
    });
  }
  offerForeignWrites(state, offer);
}

function offerForeignWrites(state: State, offer: Offer): void {
  const { revision } = storeOf(state, 0);
  const fault = (name: Fault, label: string, change: Partial<Store>) => {
    if (remaining(state, name) === 0) return;
    offer(label, (next) => {
      spend(next, name);
      changeStore(next, 0, change);
    });
  };
  fault('foreign', 'another client changes a record', { foreign: revision });
  // A wrong seal and a version that is not known are read like a checkpoint that is not there.
  fault('damages', 'another client damages the checkpoint', {
    checkpoint: undefined,
    revision: revision + 1,
  });
}

export function offerAgentFaults(state: State, offer: Offer): void {
  state.agents.forEach(({ phase, connected }, index) => {
    if (phase === 'off') return;
    if (remaining(state, 'deaths') > 0) {
      offer(`agent ${index} crashes`, (next) => {
        spend(next, 'deaths');
        endSession(next, index);
      });
    }
    if (!connected || remaining(state, 'sleeps') === 0) return;
    offer(`agent ${index} sleeps: its session ends`, (next) => {
      spend(next, 'sleeps');
      cut(next, index);
    });
  });
}

/** Requests that were given up are served after all. */
export function offerLate(state: State, world: World, offer: Offer): void {
  for (const late of state.late) {
    const gone = (next: State) => {
      next.late = next.late.filter((other) => other !== late);
    };
    if (late.kind === 'write') offerLateWrite(state, late, { ...world, offer, gone });
    else offerLateRequest(state, late, { ...world, offer, gone });
  }
}

interface Serving extends World {
  readonly offer: Offer;
  readonly gone: (next: State) => void;
}

function offerLateWrite(state: State, late: Late & { kind: 'write' }, serving: Serving): void {
  const { rule, family, offer, gone } = serving;
  const store = storeOf(state, late.store);
  const current = store.checkpoint?.writeId ?? 0;
  if (late.revision !== store.revision) return;
  if (rule.writeValue && late.expected !== current) return;
  offer(`a late write lands (of activation ${late.checkpoint.activation})`, (next) => {
    must(late.expected === current, 'P4: a late write won over another');
    const revision = store.revision + 1;
    changeStore(next, late.store, { checkpoint: late.checkpoint, revision, ...late.records });
    if (!family.lateAgain) gone(next);
    mustBeTables(next, late.store, late.checkpoint);
  });
}

function offerLateRequest(
  state: State,
  late: Exclude<Late, { kind: 'write' }>,
  { offer, gone }: Serving,
) {
  const server = serverOf(state, late.server);
  if (!server.up || !server.primary) return;
  const free = server.holder === NONE;
  const serve = (label: string, change: (next: State) => void) =>
    offer(label, (next) => {
      gone(next);
      change(next);
    });
  switch (late.kind) {
    case 'row': {
      const { guard, activation, upTo } = late;
      if (guard !== undefined && activationAt(state, server.head) !== guard) return;
      return serve('a late UPDATE of the row lands', (next) => {
        append(next, late.server, { kind: 'row', activation, upTo });
      });
    }
    case 'drop':
      if (!free || server.confirmed === NONE) return;
      return serve('a late drop of the slot lands', (next) =>
        changeServer(next, late.server, { confirmed: NONE, onDisk: NONE }),
      );
    case 'create': {
      if (!free || server.confirmed !== NONE) return;
      const lsn = lsnOf(state, at(state.servers, late.server).head);
      return serve('a late creation of the slot lands', (next) =>
        changeServer(next, late.server, { confirmed: lsn, onDisk: lsn }),
      );
    }
  }
}
