/** The faults stop: from here on everything has to become right by itself. */

import { LenkwerkError } from '../../src/model/errors.js';
import type { PublishedReport } from '../../src/verifying/verdict.js';
import { Random } from '../soak/random.js';
import { Connection } from './database/connection.js';
import type { Inflict } from './faults/step.js';
import { STORES } from './faults/stores.js';
import { WRITERS } from './faults/writers.js';
import type { Violation } from './oracle/rules.js';
import type { Scenario } from './scenario.js';
import type { AgentPart } from './world/agents.js';
import type { Target } from './world/target.js';
import { startVerify } from './world/verifier.js';
import type { World } from './world/world.js';

/** After the last fault: how long everything may take to be right again, and how often we look. */
const SETTLE_MS = 240_000;
const LOOK_MS = 5_000;
const VERIFY_MS = 60_000;
/** A slot may hold back so much WAL at rest: what is not worth a write of its own. */
const PINNED_BYTES = 300n;
/** Listeners at the signal that stops an agent, for each target, however many sessions it had. */
const MAX_LISTENERS = 8;
/** How long an agent that is asked to end may take. */
const END_MS = 10_000;
/** Less than the pause between two repairs. */
const HEALS_MS = 500;
/** What is still under way on its connections. */
const CLOSE_MS = 1_000;
/** Resyncs of one agent after the faults have stopped. */
const MAX_LATE_RESYNCS = 5;

/** Ends the faults, waits until all is right, and verifies. Violations go to the oracles. */
export async function settle(world: World, scenario: Scenario): Promise<void> {
  const { loop, agents, targets } = world;
  endFaults(world);
  const resyncs = new Map(partsOf(world).map(({ counters }) => [counters, counters.resyncs]));
  if (scenario.lastWrite) writeOnce(world, scenario);
  const isOver = () => world.violation !== undefined;
  let wrong: [Target, Violation] | undefined;
  for (const endMs = loop.nowMs + SETTLE_MS; loop.nowMs < endMs; ) {
    await loop.run(loop.nowMs + LOOK_MS, isOver);
    if (isOver()) return;
    helpAsAPerson(world);
    wrong = stillWrong(world, scenario);
    if (wrong === undefined) break;
  }
  if (wrong !== undefined) {
    const [{ oracle }, { rule, text }] = wrong;
    oracle.fail(rule, `${SETTLE_MS / 1000} s after the last fault ${text}`);
    return;
  }
  for (const target of targets) await verifyAtLast(world, target, scenario);
  for (const agent of agents.all) {
    const listeners = agents.listenersOf(agent);
    if (listeners <= MAX_LISTENERS * targets.length) continue;
    world.fail('leak', `${agent.client} left ${listeners} listeners`);
  }
  await endAgents(world, scenario);
  for (const { process, target, counters } of partsOf(world)) {
    const count = counters.resyncs - (resyncs.get(counters) ?? 0);
    if (count <= MAX_LATE_RESYNCS) continue;
    target.oracle.fail('P6 live', `${process.name} resynced ${count} times without a fault`);
  }
}

/** An agent that is asked to end does so soon, and leaves nothing behind. */
async function endAgents(world: World, scenario: Scenario): Promise<void> {
  const { loop, agents } = world;
  if (world.violation !== undefined) return;
  const parts = partsOf(world);
  // The repair of the last one has to wait. A comparison that began before may be under way still.
  for (const _ of [1, 2, 3]) {
    world.disturb([world.pick(0)]);
    inflict(STORES['foreign-write'], world, scenario);
    await loop.run(loop.nowMs + HEALS_MS, () => false);
  }
  for (const agent of agents.all) agents.stop(agent);
  const isOver = () => parts.every(({ hasEnded }) => hasEnded);
  await loop.run(loop.nowMs + END_MS, isOver);
  await loop.run(loop.nowMs + CLOSE_MS, () => false);
  for (const { process, target, counters, hasEnded } of parts) {
    const open = Connection.openOf(process).length;
    if (!hasEnded || counters.state !== 'stopped') {
      target.oracle.fail('P6 live', `${process.name} does not end: it is ${counters.state}`);
    } else if (open > 0 || loop.awaits(process)) {
      target.oracle.fail(
        'leak',
        `${process.name} has ended, and left ${open} connections, or a timer`,
      );
    }
  }
}

function partsOf({ agents }: World): readonly AgentPart[] {
  return agents.all.flatMap(({ parts }) => parts);
}

function endFaults(world: World): void {
  const { agents, primary } = world;
  world.isQuiet = true;
  world.trace('-- the faults stop');
  const well = { isUp: true, isFull: false, lostReplies: 0, lateCommits: 0, slowness: 1 };
  for (const { store } of world.targets) {
    Object.assign(store, { ...well, acceptsBytes: Number.POSITIVE_INFINITY });
  }
  const open = { isUp: true, isShuttingDown: false, inRecovery: false, publishesAll: true };
  Object.assign(primary, open);
  world.routes.clear();
  for (const agent of agents.all) {
    agents.resume(agent);
    agents.start(agent);
  }
}

function writeOnce(world: World, scenario: Scenario): void {
  inflict(WRITERS.write, world, scenario);
}

function inflict(fault: Inflict, world: World, { seed }: Scenario): void {
  const [agent] = world.agents.all;
  if (agent === undefined) return;
  const random = new Random(seed);
  const target = world.pick(0);
  const step = { kind: 'write', atMs: 0, on: undefined, agent: 0, target: 0 } as const;
  const context = { world, agent, target, random, later: () => {} };
  fault({ ...context, step: { ...step, forMs: 0, draw: 0 } });
}

/** What agents wait for: a person confirms that this server is meant, or that much may go. */
function helpAsAPerson(world: World): void {
  const { agents, targets } = world;
  for (const target of targets) {
    const { store } = target;
    const parts = partsOf(world).filter((part) => part.target.name === target.name);
    const waits = parts.some(({ counters }) => counters.reason.includes('an old primary'));
    if (!waits || !store.values.has(store.checkpointKey)) continue;
    world.trace('an operator deletes the checkpoint, as the agent asks');
    store.put(new Map([[store.checkpointKey, undefined]]));
    world.disturb([target]);
  }
  const isRefused = partsOf(world).some(({ counters }) => /would delete \d+/.test(counters.reason));
  if (agents.mayDeleteMuch || !isRefused) return;
  world.trace('an operator starts the agents again with --allow-mass-delete');
  agents.mayDeleteMuch = true;
  for (const target of targets) target.oracle.mayDeleteAnything = true;
  world.disturb(targets);
  for (const agent of agents.all) agents.kill(agent);
}

function stillWrong(world: World, scenario: Scenario): [Target, Violation] | undefined {
  for (const target of world.targets) {
    const wrong = wrongAt(target, world, scenario);
    if (wrong !== undefined) return [target, wrong];
  }
  return undefined;
}

function wrongAt(target: Target, world: World, { heal }: Scenario): Violation | undefined {
  const { oracle, store, slot } = target;
  const { primary, agents } = world;
  const excused = (key: string) => !heal && store.foreign.has(key);
  const text = oracle.difference(primary.last, excused);
  if (text !== undefined) return { rule: 'P3 no gap', text };
  const parts = agents.of(target);
  const states = parts.map(({ counters }) => counters.state);
  const active = parts.filter(({ counters }) => counters.state === 'streaming');
  const waiting = states.filter((state) => state === 'standby').length;
  if (active.length !== 1 || active.length + waiting !== agents.all.length) {
    return { rule: 'P6 live', text: `the agents are ${states.join(', ')}` };
  }
  const confirmed = primary.slots.get(slot)?.confirmed ?? 0n;
  const pinned = primary.insertLsn - confirmed;
  if (pinned > PINNED_BYTES) {
    return { rule: 'P6 live', text: `the slot ${slot} holds back ${pinned} bytes` };
  }
  return active.map((part) => untrueIn(part)).find((found) => found !== undefined);
}

/** What an active agent counts is so. */
function untrueIn({ target, process, counters }: AgentPart): Violation | undefined {
  const { oracle } = target;
  const { publishedLsn, waitingSinceMs, resyncs } = counters;
  const published = oracle.stored?.lsn;
  const finished = oracle.resyncs.get(process) ?? 0;
  const text =
    (publishedLsn === published ? undefined : `published ${publishedLsn}, not ${published}`) ??
    // The end of one whose last answer was lost is not counted.
    (resyncs <= finished ? undefined : `${resyncs} resyncs, not ${finished}`) ??
    (waitingSinceMs === undefined ? undefined : 'a transaction that waits');
  return text === undefined
    ? undefined
    : { rule: 'untrue', text: `${process.name} reports ${text}` };
}

async function verifyAtLast(world: World, target: Target, { heal }: Scenario): Promise<void> {
  const { loop } = world;
  const { store, oracle } = target;
  let report: PublishedReport | LenkwerkError | undefined;
  startVerify(target, VERIFY_MS, (ended) => {
    report = ended;
  });
  const isDone = () => report !== undefined || world.violation !== undefined;
  await loop.run(loop.nowMs + VERIFY_MS + LOOK_MS, isDone);
  if (!heal && store.foreign.size > 0) return;
  const verdict = report instanceof LenkwerkError ? report.code : report?.verdict;
  if (verdict === 'converged') return;
  const detail = report instanceof LenkwerkError ? report.message : report?.detail;
  oracle.fail('verify', `all is equal, but verify reports ${verdict}: ${detail}`);
}
