/** What may happen to a server, besides what agents ask of it. */

import type { Offer } from '../agent/turn.js';
import type { Family } from '../family.js';
import { append, at, changeServer, cutAll, remaining, serverOf, spend } from './changes.js';
import { isIn, isTransaction, lsnOf, pathTo } from './history.js';
import { type Fault, type Image, NONE, type Server, type State } from './state.js';

/** Where the WAL of a new system begins: among the LSNs that were seen before. */
const SYSTEM_LSN = 2;
const MAX_SERVERS = 3;

/** One server in one state. */
interface Site {
  readonly state: State;
  readonly index: number;
  readonly server: Server;
  readonly family: Family;
  readonly offer: Offer;
  readonly fault: (fault: Fault, label: string, change: (next: State) => void) => void;
}

export function offerServerFaults(state: State, family: Family, offer: Offer): void {
  state.servers.forEach((server, index) => {
    if (!server.up) return;
    const fault: Site['fault'] = (name, label, change) => {
      if (remaining(state, name) === 0) return;
      offer(`${label} (server ${index})`, (next) => {
        spend(next, name);
        change(next);
      });
    };
    const site = { state, index, server, family, offer, fault };
    if (server.primary) offerAtPrimary(site);
    else offerAtStandby(site);
  });
}

function lose(next: State, index: number): void {
  cutAll(next, index);
  changeServer(next, index, { up: false });
}

function offerAtPrimary(site: Site): void {
  const { state, index, server, fault } = site;
  fault('commits', 'a commit', (next) => void append(next, index, { kind: 'commit' }));
  fault('huge', 'a huge commit', (next) => void append(next, index, { kind: 'huge' }));
  fault(
    'wipes',
    'a commit empties the tables',
    (next) => void append(next, index, { kind: 'wipe' }),
  );
  fault('other', 'other WAL', (next) => void append(next, index, { kind: 'other' }));
  fault('crashes', 'server crashes and restarts', (next) => {
    cutAll(next, index);
    changeServer(next, index, { confirmed: server.onDisk });
  });
  offerSlotByHand(site);
  if (state.image === undefined) {
    fault('images', 'image of the volume taken', (next) => {
      const { head, onDisk, timeline, switches, system } = server;
      next.image = { head, confirmed: onDisk, timeline, switches, system };
    });
  } else offerImage(site, state.image);
  fault('systems', 'dump and restore or pg_upgrade: a new system', (next) => {
    cutAll(next, index); // The row and the tables survive, LSNs begin anew.
    append(next, index, { kind: 'system', lsn: SYSTEM_LSN });
    const position = { confirmed: SYSTEM_LSN, onDisk: SYSTEM_LSN };
    const identity = { system: server.system + 1, timeline: 1, switches: [] };
    changeServer(next, index, { ...position, ...identity });
  });
}

function offerSlotByHand({ state, index, server, fault }: Site): void {
  const moveTo = (next: State, lsn: number) =>
    changeServer(next, index, { confirmed: lsn, onDisk: lsn });
  const head = lsnOf(state, server.head);
  if (server.confirmed === NONE) {
    fault('slotCreations', 'slot created by hand', (next) => moveTo(next, head));
  } else if (server.holder === NONE) {
    fault('slotDrops', 'slot dropped by hand', (next) => moveTo(next, NONE));
    fault('slotAdvances', 'slot advanced by hand', (next) => moveTo(next, head));
  }
}

function offerImage({ state, index, server, family, fault }: Site, image: Image): void {
  const asLeft = { ...image, onDisk: image.confirmed };
  const withoutSlot = { ...image, confirmed: NONE, onDisk: NONE };
  const recovered = { ...withoutSlot, ...afterSwitch(state, image) };
  fault('restores', 'volume put back', (next) => {
    cutAll(next, index);
    changeServer(next, index, asLeft);
  });
  fault('pitr', 'restored to a point in time, without slot', (next) => {
    cutAll(next, index);
    changeServer(next, index, recovered);
  });
  if (state.servers.length >= MAX_SERVERS) return;
  const start = (label: string, change: Partial<Server>) =>
    fault('clones', label, (next) => {
      const free = { lock: NONE, holder: NONE };
      next.servers = [...next.servers, { ...server, ...change, ...free }];
    });
  if (family.clonesWithoutSlot) {
    start('image started as another server, its slots removed', withoutSlot);
    start('image recovered as another server on a new timeline', recovered);
  }
  start('image started as another server', asLeft);
}

function afterSwitch(state: State, { head, timeline, switches }: Image | Server) {
  const lsn = lsnOf(state, head);
  return { timeline: timeline + 1, switches: [...switches, { timeline, lsn }] };
}

function offerAtStandby(site: Site): void {
  const { state, index, server, family, offer, fault } = site;
  const source = serverOf(state, 0);
  const follows = source.up && isIn(state, server.head, source.head);
  if (follows && server.head !== source.head) {
    offer(`replay (server ${index})`, (next) => {
      const path = pathTo(next, source.head);
      changeServer(next, index, { head: at(path, path.indexOf(server.head) + 1) });
    });
  }
  const reached = lsnOf(state, server.head) >= source.confirmed;
  if (family.synchronised && follows && source.confirmed !== server.confirmed && reached) {
    const { confirmed } = source;
    offer(`slot synchronised (server ${index})`, (next) =>
      changeServer(next, index, { confirmed, onDisk: confirmed }),
    );
  }
  if (!mayPromote(site, source)) return;
  fault('promotions', 'promoted', (next) => {
    if (family.promotion !== 'any') lose(next, 0);
    changeServer(next, index, { primary: true, ...afterSwitch(next, server) });
  });
}

function mayPromote({ state, server, family }: Site, source: Server): boolean {
  switch (family.promotion) {
    case 'any':
      return true;
    case 'clean':
      return server.head === source.head && server.confirmed !== NONE;
    case 'no transaction lost': {
      const missing = pathTo(state, source.head).slice(lsnOf(state, server.head) + 1);
      return missing.every((node) => !isTransaction(state, node));
    }
  }
}
