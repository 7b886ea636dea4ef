/** One target: its store, its oracle, and what its agents know of the world. */
import { slotOfTarget } from '../../../src/publishing/agent/context.js';
import { Oracle } from '../oracle/oracle.js';
import type { Scenario } from '../scenario.js';
import { Store, type StoreBackup } from '../store/store.js';
import type { Environment, Moment, Surroundings } from './surroundings.js';

/** As config `kvstores` may name them. */
export const TARGET_NAMES = ['default', 'eu', 'us'] as const;
type TargetName = (typeof TARGET_NAMES)[number];

const ROOMY_CHANGES = 1_000;

export class Target implements Surroundings {
  readonly name: TargetName;
  readonly slot: string;
  readonly store: Store;
  readonly oracle: Oracle;
  readonly backups: StoreBackup[] = [];
  /** When the first step happened to it: until then it has to be up to date all the time. */
  touchedMs: number | undefined;
  readonly #world: Environment;

  constructor(world: Environment, name: TargetName, scenario: Scenario) {
    const { maxChanges, maxBytes, targets, mayDeleteMuch } = scenario;
    this.#world = world;
    this.name = name;
    this.slot = slotOfTarget(name);
    this.store = new Store({ maxChanges, maxBytes }, name);
    this.oracle = new Oracle({
      name: targets === 1 ? '' : `${name}: `,
      store: this.store,
      nowMs: () => world.loop.nowMs,
      trace: (line) => world.trace(line),
      reached: (moment) => world.reached(moment),
      isRoomy: () => maxChanges >= ROOMY_CHANGES && this.store.acceptsBytes === maxBytes,
    });
    this.oracle.mayDeleteAnything = mayDeleteMuch;
  }

  get observer(): Oracle {
    return this.oracle;
  }

  get loop() {
    return this.#world.loop;
  }

  get chances() {
    return this.#world.chances;
  }

  latency(): number {
    return this.#world.latency();
  }

  trace(line: string): void {
    this.#world.trace(line);
  }

  newPid(): number {
    return this.#world.newPid();
  }

  reached(moment: Moment): void {
    this.#world.reached(moment);
  }

  serverFor(client: string) {
    return this.#world.serverFor(client);
  }
}
