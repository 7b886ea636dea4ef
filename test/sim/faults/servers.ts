/** What happens to the database server, its volume, its standbys and its slots. */
import { max, type Server, type ServerSlot } from '../database/server.js';
import type { World } from '../world/world.js';
import type { Inflict, StepContext } from './step.js';

/** Unless another server has taken its place. */
function startAgain(world: World, server: Server): void {
  if (world.primary === server) server.isUp = true;
}

const crash: Inflict = ({ world, step, later }) => {
  const server = world.primary;
  if (!server.isUp) return false;
  server.stop('the server crashed');
  later(step.forMs / 3, () => startAgain(world, server));
  return true;
};

const LOOK_MS = 100;
const PATIENT_MS = 15_000;
const FORCED_MS = 60_000;

/**
 * The server goes down in order: it waits until each reader of its log has confirmed everything,
 * or is gone. Where nothing keeps an agent from that, it does not wait long.
 */
const shutDown: Inflict = ({ world, step }) => {
  const server = world.primary;
  if (!server.isOpen || server.inRecovery) return false;
  const { loop } = world;
  const sinceMs = loop.nowMs;
  server.isShuttingDown = true;
  server.insertLsn += 1n;
  const readers = () => [...server.slots.values()].filter(({ reader }) => reader !== undefined);
  const isReader = (session: object) => readers().some(({ reader }) => reader === session);
  for (const session of [...server.sessions]) if (!isReader(session)) session.cut('shutdown');
  for (const notify of server.readers) notify();
  const look = () => {
    if (!server.isShuttingDown) return;
    for (const slot of readers()) {
      if (slot.confirmed < server.insertLsn) continue;
      slot.reader?.cut('the server shut down');
      // It ended that session itself, and waits for no timeout to notice it.
      slot.reader = undefined;
    }
    const tookMs = loop.nowMs - sinceMs;
    if (readers().length > 0 && tookMs < FORCED_MS) {
      loop.after(LOOK_MS, look, loop.world);
      return;
    }
    if (tookMs > PATIENT_MS * world.slowness && !world.isExcused(HINDRANCES, sinceMs)) {
      world.fail('shutdown', `the server waited ${tookMs} ms for its readers`);
    }
    for (const slot of server.slots.values()) slot.onDisk = slot.confirmed;
    server.stop('the server shut down');
    loop.after(step.forMs / 3, () => startAgain(world, server), loop.world);
  };
  look();
  return true;
};

/** What keeps agents from a last write and its confirmation. */
const HINDRANCES = ['pause', 'store-down', 'store-full', 'store-slow', 'lose-answers'] as const;

/** A server's checkpoint: from here on a crash leaves the slots as they are now. */
const persist: Inflict = ({ world }) => {
  for (const slot of world.primary.slots.values()) slot.onDisk = slot.confirmed;
  return true;
};

const image: Inflict = ({ world }) => {
  world.images.push(world.primary.image(world.newName('image')));
  return true;
};

/** The volume is put back to an image. */
const putBack: Inflict = ({ world, random }) => {
  if (world.images.length === 0) return false;
  world.become(random.pick(world.images).image(world.newName('server')), 'the volume was put back');
  return true;
};

function promote({ world }: StepContext, standby: Server): void {
  standby.promote();
  world.become(standby, `promoted at ${standby.insertLsn}`);
}

/** A standby that may lack the last transactions, and the slots. */
function drawStandby({ world, random }: StepContext): Server {
  const behind = random.chance(0.5) ? 0 : random.between(0, 3);
  return world.primary.standby(world.newName('standby'), behind, random.chance(0.5));
}

/** How often agents reach the new primary later than writers do. */
const OLD_ADDRESS = 0.4;

const failover: Inflict = (context) => {
  const standby = drawStandby(context);
  const { world, later, step, random } = context;
  const isLate = random.chance(OLD_ADDRESS);
  later(10, () => {
    const former = world.primary;
    promote(context, standby);
    if (!isLate) return;
    const clients = world.agents.all.map(({ client }) => client);
    for (const client of clients) world.routes.set(client, former);
    later(step.forMs, () => {
      for (const client of clients) {
        if (world.routes.get(client) === former) world.routes.delete(client);
      }
    });
  });
  return true;
};

/** For some time before its promotion clients reach the standby. */
const waitAtStandby: Inflict = (context) => {
  const standby = drawStandby(context);
  const { world, step, later } = context;
  for (const { client } of world.agents.all) world.routes.set(client, standby);
  for (const agent of world.agents.all) world.agents.cut(agent, 'the address moved');
  later(step.forMs, () => promote(context, standby));
  return true;
};

/** Two standbys, promoted one after the other, to the same number of the timeline. */
const twoPromotions: Inflict = (context) => {
  const { world, step, later } = context;
  const first = world.primary.standby(world.newName('standby'), 0, true);
  const second = world.primary.standby(world.newName('standby'), 0, true);
  promote(context, first);
  later(step.forMs * 2, () => {
    if (world.primary === first) promote(context, second);
  });
  return true;
};

/** One agent reaches a standby by mistake. */
const visitStandby: Inflict = (context) => {
  const { world, agent, step } = context;
  const standby = world.primary.standby(world.newName('standby'), 0, context.random.chance(0.5));
  world.routes.set(agent.client, standby);
  world.agents.cut(agent, 'the address moved');
  leaveAfter(context, standby, step.forMs);
  return true;
};

/** The server that one client reached by mistake goes away. */
function leaveAfter({ world, agent }: StepContext, server: Server, forMs: number): void {
  const { loop } = world;
  const leave = () => {
    if (world.routes.get(agent.client) === server) world.routes.delete(agent.client);
    if (world.primary !== server) server.stop('gone');
  };
  loop.after(forMs, leave, loop.world);
}

/** One agent reaches a server that was primary before another was promoted. */
const visitOldPrimary: Inflict = (context) => {
  const { world, agent, step } = context;
  const old = world.formers.findLast(({ timeline }) => timeline < world.primary.timeline);
  if (old === undefined || old.isUp || old.inRecovery) return false;
  old.isUp = true;
  world.routes.set(agent.client, old);
  world.agents.cut(agent, 'the address moved');
  leaveAfter(context, old, step.forMs);
  return true;
};

/** Something between agents and server ends every stream soon after its start. */
const cutStreams: Inflict = ({ world, step }) => {
  const { loop } = world;
  const untilMs = loop.nowMs + step.forMs;
  const cut = () => {
    for (const { reader } of world.primary.slots.values()) reader?.cut('cut by a middlebox');
    if (loop.nowMs < untilMs && !world.isQuiet) loop.after(CUT_EVERY_MS, cut, loop.world);
  };
  cut();
  return true;
};
const CUT_EVERY_MS = 50;

/** What people do to slots by hand works on those that are not in use. */
function onFreeSlots(
  work: (server: Server, name: string, slot: ServerSlot) => void,
  isDone: (world: World, slot: string) => boolean = () => true,
): Inflict {
  return ({ world }) => {
    const server = world.primary;
    const free = [...server.slots].filter(([name, { reader }]) => {
      return reader === undefined && isDone(world, name);
    });
    for (const [name, slot] of free) work(server, name, slot);
    return free.length > 0;
  };
}

/** Where a slot must not be put by hand, the README says to delete the checkpoint first. */
function isCoveredAt({ targets, primary }: World, slotName: string): boolean {
  const target = targets.find(({ slot }) => slot === slotName);
  return target?.oracle.wouldHideHistory(primary, primary.insertLsn) !== true;
}

export const SERVERS = {
  crash,
  'shut-down': shutDown,
  persist,
  image,
  'put-back': putBack,
  failover,
  'wait-at-standby': waitAtStandby,
  'two-promotions': twoPromotions,
  'visit-standby': visitStandby,
  'visit-old-primary': visitOldPrimary,
  'cut-streams': cutStreams,
  'drop-slot': onFreeSlots((server, name) => server.slots.delete(name)),
  'advance-slot': onFreeSlots((server, _name, slot) => {
    slot.confirmed = max(slot.confirmed, server.insertLsn);
    server.hasMovedSlots = true;
  }, isCoveredAt),
  'lose-slot': onFreeSlots((_server, _name, slot) => {
    slot.isLost = true;
  }),
};
