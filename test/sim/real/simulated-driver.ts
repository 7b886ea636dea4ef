/** Real scenarios in the simulation. */
import { Random } from '../../soak/random.js';
import { generationsOf, type Operation } from '../database/tables.js';
import { SERVERS } from '../faults/servers.js';
import type { StepContext } from '../faults/step.js';
import { STORES } from '../faults/stores.js';
import { WRITERS } from '../faults/writers.js';
import type { AgentProcess } from '../world/agents.js';
import { World } from '../world/world.js';
import type { Action, WorldDriver } from './scenarios.js';

const SETTLE_MS = 60_000;
const LOOK_MS = 500;
/** Time for a stopped agent to end, and for the world to see what was done. */
const STEP_MS = 2_000;
const MUCH_WAL = 2_000n;

export class SimulatedDriver implements WorldDriver {
  readonly #world: World;
  readonly #random: Random;
  readonly #acts: Readonly<Record<Exclude<Action, 'settle'>, () => void>> = {
    start: () => this.#eachAgent((agent) => this.#world.agents.start(agent)),
    stop: () => this.#eachAgent((agent) => this.#world.agents.stop(agent)),
    write: () => this.#write(),
    'other-wal': () => {
      this.#world.primary.insertLsn += MUCH_WAL;
    },
    'add-generations': () => this.#commit([generation(1), generation(2)]),
    'change-older': () => this.#changeOlder(),
    image: () => this.#image(),
    'put-back': () => this.#inflict('put-back'),
    'promote-image': () => this.#promoteImage(),
    'advance-slot': () => this.#inflict('advance-slot'),
    'back-up': () => this.#inflict('back-up'),
    restore: () => this.#inflict('restore'),
    'delete-servermap': () => this.#deleteServermap(),
  };

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#world = new World(
      {
        seed,
        agents: 1,
        targets: 1,
        slowness: 1,
        maxChanges: 1_000,
        maxBytes: 1_000_000,
        heal: false,
        mayDeleteMuch: true,
        verifies: false,
        lengthMs: 0,
        lastWrite: false,
        steps: [],
      },
      false,
    );
  }

  get resyncs(): number {
    return [...this.#world.pick(0).oracle.resyncs.values()].reduce((a, b) => a + b, 0);
  }

  async perform(action: Action): Promise<void> {
    this.#world.trace(`-- ${action}`);
    if (action === 'settle') await this.#settle();
    else this.#acts[action]();
    await this.#runFor(STEP_MS);
  }

  #inflict(kind: keyof typeof SERVERS | keyof typeof STORES): void {
    const world = this.#world;
    const done = { ...SERVERS, ...STORES }[kind](this.#context());
    if (!done) throw new Error(`there was nothing to do: ${kind}`);
    world.happened.set(kind, world.loop.nowMs);
  }

  #write(): void {
    const { transactions } = this.#world.primary;
    const before = transactions.length;
    // Some draws change nothing.
    while (transactions.length === before) WRITERS.write(this.#context());
  }

  #context(): StepContext {
    const world = this.#world;
    const [agent] = world.agents.all;
    if (agent === undefined) throw new Error('there is an agent');
    const times = { atMs: 0, on: undefined, forMs: 0, draw: 0 };
    const step = { ...times, kind: 'write', agent: 0, target: 0 } as const;
    return { world, agent, target: world.pick(0), random: this.#random, later: () => {}, step };
  }

  #commit(operations: readonly Operation[]): void {
    if (!this.#world.commit(operations, 1n)) throw new Error('the server takes no writes');
  }

  #eachAgent(act: (agent: AgentProcess) => void): void {
    for (const agent of this.#world.agents.all) act(agent);
  }

  /** The server was shut down for it: the slots are on disk. */
  #image(): void {
    for (const slot of this.#world.primary.slots.values()) slot.onDisk = slot.confirmed;
    this.#inflict('image');
  }

  #deleteServermap(): void {
    const { store } = this.#world.pick(0);
    store.foreign.add('/Servermap');
    store.put(new Map([['/Servermap', undefined]]));
  }

  #changeOlder(): void {
    const older = generationsOf(this.#world.primary.last).at(-1);
    if (older === undefined) throw new Error('there is a generation');
    const row = { ...older, server_map: '{"n": 7}' };
    this.#commit([{ kind: 'update', table: 'servermap', old: older, row }]);
  }

  #promoteImage(): void {
    const world = this.#world;
    const image = world.images.at(-1);
    if (image === undefined) throw new Error('there is an image');
    const standby = image.image(world.newName('standby'));
    standby.promote();
    world.become(standby, `promoted at ${standby.insertLsn}`);
    world.happened.set('failover', world.loop.nowMs);
  }

  async #settle(): Promise<void> {
    const { loop, primary, agents } = this.#world;
    const { oracle } = this.#world.pick(0);
    const [agent] = agents.all;
    for (const endMs = loop.nowMs + SETTLE_MS; loop.nowMs < endMs; ) {
      const isActive = agent?.parts.some(({ counters }) => counters.state === 'streaming');
      if (isActive === true && oracle.difference(primary.last, () => false) === undefined) return;
      await this.#runFor(LOOK_MS);
    }
    throw new Error(`not settled: ${oracle.difference(primary.last, () => false)}`);
  }

  async #runFor(durationMs: number): Promise<void> {
    const world = this.#world;
    const { loop } = world;
    await loop.run(loop.nowMs + durationMs, () => world.violation !== undefined);
    const { violation } = world;
    if (violation !== undefined) throw new Error(`${violation.rule}: ${violation.text}`);
  }
}

function generation(id: number): Operation {
  const row = { id: String(id), server_map: `{"n": ${id}}` };
  return { kind: 'insert', table: 'servermap', row };
}
