/** What happens to the database server, its volume, its standbys and its slots. */
import { max, type Server, type ServerSlot } from '../database/server.js';
import type { Inflict, StepContext } from './step.js';

const crash: Inflict = ({ world, step, later }) => {
  const server = world.primary;
  if (!server.isUp) return false;
  server.isUp = false;
  server.crash('the server crashed');
  later(step.forMs / 3, () => {
    server.isUp = true;
  });
  return true;
};

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

const failover: Inflict = (context) => {
  const standby = drawStandby(context);
  context.later(10, () => promote(context, standby));
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
  const { loop } = world;
  const leave = () => {
    if (world.routes.get(agent.client) === standby) world.routes.delete(agent.client);
    if (world.primary === standby) return;
    standby.isUp = false;
    standby.crash('gone');
  };
  loop.after(step.forMs, leave, loop.world);
  return true;
};

/** What people do to slots by hand works on those that are not in use. */
function onFreeSlots(work: (server: Server, name: string, slot: ServerSlot) => void): Inflict {
  return ({ world }) => {
    const server = world.primary;
    const free = [...server.slots].filter(([, { reader }]) => reader === undefined);
    for (const [name, slot] of free) work(server, name, slot);
    return free.length > 0;
  };
}

export const SERVERS = {
  crash,
  persist,
  image,
  'put-back': putBack,
  failover,
  'wait-at-standby': waitAtStandby,
  'two-promotions': twoPromotions,
  'visit-standby': visitStandby,
  'drop-slot': onFreeSlots((server, name) => server.slots.delete(name)),
  'advance-slot': onFreeSlots((server, _name, slot) => {
    slot.confirmed = max(slot.confirmed, server.insertLsn);
  }),
  'lose-slot': onFreeSlots((_server, _name, slot) => {
    slot.isLost = true;
  }),
};
