/** Agents that die or fall asleep. */
import { waitFor } from '../../support/wait.js';
import type { AgentProcess } from '../world/agent-process.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { Fault } from './fault.js';

/** In every write of a checkpoint. */
export const WRITE_MARK = '"writeId"';
const RESYNC_MARK = '"phase":"snapshot"';
const TAKE_OVER_AFTER_KILL_MS = 3_000;
const TAKE_OVER_AFTER_STOP_MS = 12_000;
const TRIGGER_MS = 5_000;
/** Of an agent that is active: it may have to resync first. */
const FIRST_WRITE_MS = 30_000;

/** Waits until the other agent writes, and records how long it took since `startMs`. */
async function takeOver(
  world: World,
  from: AgentProcess,
  { startMs, limitMs, what }: { startMs: number; limitMs: number; what: string },
): Promise<void> {
  // What an earlier fault does to the other one would be measured as well.
  world.other(from).heal();
  const to = await waitFor(
    async () => {
      const active = await world.active();
      return active !== undefined && active !== from ? active : undefined;
    },
    { what: 'a take-over', timeoutMs: limitMs * 3 },
  );
  const activeMs = performance.now();
  await waitFor(() => world.observer.lastWriteMs > activeMs, {
    what: 'a write',
    timeoutMs: FIRST_WRITE_MS,
  });
  const tookMs = performance.now() - startMs;
  world.journal.measure(`take-over after ${what}, s`, tookMs / 1000);
  world.journal.note(`${to.name} took over after ${Math.round(tookMs)} ms`);
  if (tookMs > limitMs) world.journal.count(`slow take-over after ${what}`);
}

async function killActive(world: World): Promise<void> {
  const active = await world.waitForActive();
  await active.hold();
  const startMs = performance.now();
  const options = { startMs, limitMs: TAKE_OVER_AFTER_KILL_MS, what: 'kill -9' };
  await takeOver(world, active, options);
  active.start();
}

/** Kills the active agent at its next write, before the store gets it or before the reply. */
async function killAtWrite(world: World, block: boolean): Promise<void> {
  const active = await world.waitForActive();
  let reached = false;
  active.atRequest(WRITE_MARK, () => {
    reached = true;
    // A reply that comes before the process is dead would be an ordinary kill.
    for (const proxy of active.store) proxy.lose('replies');
    active.signal('SIGKILL');
    return block ? 'drop' : 'pass';
  });
  await waitFor(() => reached, { what: 'a write', timeoutMs: TRIGGER_MS }).catch(() =>
    world.journal.count('trigger not reached'),
  );
}

async function freezeActive(world: World): Promise<void> {
  const active = await world.waitForActive();
  active.signal('SIGSTOP');
  const startMs = performance.now();
  const options = { startMs, limitMs: TAKE_OVER_AFTER_STOP_MS, what: 'SIGSTOP' };
  await takeOver(world, active, options);
  active.signal('SIGCONT');
  await pauseFor(300);
}

async function resyncAndKill(world: World): Promise<void> {
  await world.distrustSlot();
  await world.meddle(world.keySpace.checkpointKey('default'), undefined);
  await waitFor(async () => (await world.checkpoint())?.phase === 'snapshot', {
    what: 'a resync',
    timeoutMs: 20_000,
  }).catch(() => world.journal.count('trigger not reached'));
  await pauseFor(world.random.next() * 150);
  for (const agent of world.agents) agent.signal('SIGKILL');
}

/** Stops whichever agent begins a resync, at its first write. */
async function freezeResyncing(world: World): Promise<void> {
  await world.distrustSlot();
  const disarm = () => {
    for (const agent of world.agents) agent.forgetRequest();
  };
  let stopped: AgentProcess | undefined;
  for (const agent of world.agents) {
    agent.atRequest(RESYNC_MARK, () => {
      disarm();
      agent.signal('SIGSTOP');
      stopped = agent;
      return 'pass';
    });
  }
  await world.meddle(world.keySpace.checkpointKey('default'), undefined);
  const wait = { what: 'a resync', timeoutMs: TRIGGER_MS };
  const from = await waitFor(() => stopped, wait).catch(() => undefined);
  disarm();
  if (from === undefined) {
    world.journal.count('trigger not reached');
    return;
  }
  const startMs = performance.now();
  const options = { startMs, limitMs: TAKE_OVER_AFTER_STOP_MS, what: 'SIGSTOP in a resync' };
  await takeOver(world, from, options);
  from.signal('SIGCONT');
  await pauseFor(300);
}

export const AGENT_FAULTS: readonly Fault[] = [
  { name: 'kill -9 the active agent', weight: 4, inflict: killActive },
  {
    name: 'kill -9 the standby',
    weight: 1,
    inflict: async (world) => world.other(await world.waitForActive()).signal('SIGKILL'),
  },
  {
    name: 'kill -9 both agents',
    weight: 2,
    async inflict(world) {
      for (const agent of world.agents) agent.signal('SIGKILL');
      await pauseFor(world.random.next() * 1_500);
    },
  },
  {
    name: 'kill -9 twice in a row',
    weight: 1,
    onlyLong: true,
    async inflict(world) {
      for (let i = 0; i < 2; i += 1) {
        const active = await world.waitForActive();
        active.signal('SIGKILL');
        await pauseFor(world.random.next() * 1_000);
      }
    },
  },
  {
    name: 'kill -9 before the store write',
    weight: 3,
    inflict: (world) => killAtWrite(world, true),
  },
  {
    name: 'kill -9 after the store write, before the acknowledgement',
    weight: 3,
    inflict: (world) => killAtWrite(world, false),
  },
  {
    name: 'kill -9 in the middle of a big transaction',
    weight: 2,
    async inflict(world) {
      const bulk = world.sql(
        `INSERT INTO storage.config (key, value)
           SELECT 'bulk-' || random() || i, '3' FROM generate_series(1, 12000) AS s (i);
         SELECT soak.finish(true)`,
      );
      const applying = async () => (await world.checkpoint())?.part !== undefined;
      await bulk.catch(() => world.journal.count('big transaction failed'));
      await waitFor(applying, { what: 'a part', timeoutMs: TRIGGER_MS }).catch(() =>
        world.journal.count('trigger not reached'),
      );
      (await world.active())?.signal('SIGKILL');
    },
  },
  { name: 'kill -9 during a resync', weight: 2, resyncs: ['none'], inflict: resyncAndKill },
  {
    name: 'SIGSTOP past the take-over, then SIGCONT',
    weight: 1.2,
    onlyLong: true,
    inflict: freezeActive,
  },
  {
    name: 'SIGSTOP during a resync, then SIGCONT',
    weight: 1.2,
    onlyLong: true,
    resyncs: ['none'],
    inflict: freezeResyncing,
  },
  {
    name: 'SIGSTOP and SIGCONT',
    weight: 1,
    onlyLong: true,
    async inflict(world) {
      const active = await world.waitForActive();
      active.signal('SIGSTOP');
      await pauseFor(500 + world.random.next() * 2_500);
      active.signal('SIGCONT');
    },
  },
  {
    name: 'SIGTERM and restart',
    weight: 1,
    inflict: async (world) => (await world.waitForActive()).signal('SIGTERM'),
  },
];
