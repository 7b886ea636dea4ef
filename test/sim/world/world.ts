/** The world of one scenario: a database with its histories, a store, and their clients. */
import { createHash } from 'node:crypto';
import { Random } from '../../soak/random.js';
import { Loop } from '../clock/loop.js';
import { useLoop } from '../clock/virtual-time.js';
import { Server } from '../database/server.js';
import { type Operation, recordsOf } from '../database/tables.js';
import { describeOperation } from '../database/writes.js';
import { Oracle } from '../oracle.js';
import type { Scenario, StepKind } from '../scenario.js';
import { Store, type StoreBackup } from '../store/store.js';
import { Agents } from './agents.js';
import type { Moment, Surroundings } from './surroundings.js';

const ROOMY_CHANGES = 1_000;
/** Of the trace that are hashed at once. */
const DIGEST_CHARACTERS = 50_000;

const BRANCHES = ['put-back', 'failover', 'two-promotions', 'wait-at-standby'] as const;
const OLD_STORES = ['restore', 'delay-commits'] as const;

/** Steps without which a resync for that reason is not needed. */
const CAUSES: ReadonlyMap<string, readonly StepKind[]> = new Map<string, readonly StepKind[]>([
  ['damaged', ['foreign-checkpoint']],
  ['no-activation', BRANCHES],
  ['other-history', [...BRANCHES, 'restore']],
  ['witness-missing', BRANCHES],
  ['parts-missing', BRANCHES],
  ['unprovable', BRANCHES],
  ['ahead-of-server', BRANCHES],
  ['other-timeline', BRANCHES],
  ['confirmed-beyond', [...BRANCHES, ...OLD_STORES, 'advance-slot']],
  ['lost-wal', ['lose-slot']],
  ['publication-changed', ['hide-table']],
  ['asked', ['ask']],
]);

export class World implements Surroundings {
  readonly loop = new Loop();
  readonly chances: Random;
  readonly store: Store;
  readonly oracle: Oracle;
  readonly agents: Agents;
  readonly lines: string[] = [];
  /** The server that clients reach, but for those of `routes`. */
  primary: Server;
  readonly routes = new Map<string, Server>();
  readonly images: Server[] = [];
  readonly backups: StoreBackup[] = [];
  /** The faults are over. */
  isQuiet = false;
  /** Kinds of steps that had an effect, and of reasons for resyncs. */
  readonly kinds = new Set<StepKind>();
  readonly reasons = new Set<string>();
  readonly #latencies: Random;
  readonly #slowness: number;
  readonly #digest = createHash('sha256');
  #undigested = '';
  readonly #keepsTrace: boolean;
  readonly #waiting = new Map<Moment, (() => void)[]>();
  #servers = 0;
  #ids = 0;
  #pids = 0;

  /** `keepsTrace`: the lines of the trace; else only their digest. */
  constructor(scenario: Scenario, keepsTrace: boolean) {
    const random = new Random(scenario.seed);
    this.#latencies = random.fork();
    this.chances = random.fork();
    useLoop(this.loop, random.fork());
    this.#slowness = scenario.slowness;
    this.#keepsTrace = keepsTrace;
    const { maxChanges, maxBytes } = scenario;
    this.store = new Store({ maxChanges, maxBytes });
    this.primary = new Server(this.newName('server'));
    this.oracle = new Oracle({
      loop: this.loop,
      store: this.store,
      trace: (line) => this.trace(line),
      reached: (moment) => this.reached(moment),
      isRoomy: maxChanges >= ROOMY_CHANGES,
    });
    this.agents = new Agents(this, scenario);
  }

  get observer(): Oracle {
    return this.oracle;
  }

  get digest(): string {
    this.#digestTrace();
    return this.#digest.copy().digest('hex').slice(0, 16);
  }

  #digestTrace(): void {
    this.#digest.update(this.#undigested);
    this.#undigested = '';
  }

  trace(line: string): void {
    const text = `${(this.loop.nowMs / 1000).toFixed(3).padStart(9)} ${line}`;
    this.#undigested += text;
    if (this.#undigested.length > DIGEST_CHARACTERS) this.#digestTrace();
    if (this.#keepsTrace) this.lines.push(text);
  }

  latency(): number {
    return (0.2 + this.#latencies.next() * 2.8) * this.#slowness;
  }

  reached(moment: Moment): void {
    const waiting = this.#waiting.get(moment);
    if (waiting === undefined) return;
    this.#waiting.delete(moment);
    for (const run of waiting) this.loop.after(0, run, this.loop.world);
  }

  /** Runs once, when the moment is reached next. */
  await(moment: Moment, run: () => void): void {
    this.#waiting.set(moment, [...(this.#waiting.get(moment) ?? []), run]);
  }

  serverFor(client: string): Server | undefined {
    return this.routes.get(client) ?? this.primary;
  }

  newName(kind: string): string {
    this.#servers += 1;
    return `${kind}-${this.#servers}`;
  }

  newPid(): number {
    this.#pids += 1;
    return this.#pids;
  }

  newId(): string {
    this.#ids += 1;
    return String(this.#ids);
  }

  /** A transaction of another program at the primary; false when it accepts no writes. */
  commit(operations: readonly Operation[], bytes: bigint): boolean {
    const server = this.primary;
    if (!server.isUp || server.inRecovery || operations.length === 0) return false;
    const before = server.last;
    const after = server.commit({ operations, bytes, nowMs: this.loop.nowMs });
    this.trace(`${server.name} ${after.endLsn}: ${operations.map(describeOperation).join(' ')}`);
    if (after.hidden === undefined) return true;
    for (const state of [before, after]) {
      for (const key of recordsOf(state).keys()) {
        if (key.startsWith('/Config/')) this.oracle.blinded.set(key, after.endLsn);
      }
    }
    return true;
  }

  /** A resync that nothing of what happened makes necessary breaks a promise. */
  resynced(kind: string): void {
    this.reasons.add(kind);
    const causes = CAUSES.get(kind);
    // A slot of a resync that was broken off proves nothing.
    const isInterrupted = this.oracle.slotsMade > 1;
    this.oracle.slotsMade = 0;
    if (causes === undefined || isInterrupted) return;
    if (causes.some((cause) => this.kinds.has(cause))) return;
    this.oracle.fail('needless', `a resync for ${kind}, without ${causes.join(' or ')}`);
  }

  /** From here on clients reach that server; the one before is gone. */
  become(server: Server, why: string): void {
    const former = this.primary;
    this.trace(`${server.name} takes the place of ${former.name}: ${why}`);
    this.primary = server;
    this.routes.clear();
    former.isUp = false;
    former.crash(why);
  }
}
