/** The world of one scenario: a database with its histories, stores, and their clients. */
import { createHash } from 'node:crypto';
import { Random } from '../../soak/random.js';
import { Loop, type Process } from '../clock/loop.js';
import { useLoop } from '../clock/virtual-time.js';
import { Server } from '../database/server.js';
import { type Operation, recordsOf } from '../database/tables.js';
import { describeOperation } from '../database/writes.js';
import type { Rule, Violation } from '../oracle/rules.js';
import type { Scenario, StepKind } from '../scenario.js';
import { Agents } from './agents.js';
import { isNeedless } from './causes.js';
import type { Environment, Moment } from './surroundings.js';
import { TARGET_NAMES, Target } from './target.js';

/** So many replication sessions may follow one another at once. */
const STARTS_AT_ONCE = 8;
/** Of the trace that are hashed at once. */
const DIGEST_CHARACTERS = 50_000;

export class World implements Environment {
  readonly loop = new Loop();
  readonly chances: Random;
  readonly targets: readonly Target[];
  readonly agents: Agents;
  readonly lines: string[] = [];
  /** The server that clients reach, but for those of `routes`. */
  primary: Server;
  readonly routes = new Map<string, Server>();
  readonly images: Server[] = [];
  /** Primaries that another server took the place of. */
  readonly formers: Server[] = [];
  /** One that the store of a target does not take. */
  bigRow: { readonly sinceMs: number; readonly target: Target } | undefined;
  /** The faults are over. */
  isQuiet = false;
  /** When something last happened after which a store may be wrong for some time. */
  disturbedMs = 0;
  /** Until when each kind of step had an effect. */
  readonly happened = new Map<StepKind, number>();
  /** Reasons for resyncs. */
  readonly reasons = new Set<string>();
  readonly #latencies: Random;
  readonly slowness: number;
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
    this.slowness = scenario.slowness;
    this.#keepsTrace = keepsTrace;
    this.primary = new Server(this.newName('server'));
    const names = TARGET_NAMES.slice(0, scenario.targets);
    this.targets = names.map((name) => new Target(this, name, scenario));
    this.agents = new Agents(this, scenario);
  }

  /** The first that was found in any target. */
  get violation(): Violation | undefined {
    return this.targets.find(({ oracle }) => oracle.violation !== undefined)?.oracle.violation;
  }

  /** The target of a step: there may be fewer than it thought of. */
  pick(index: number): Target {
    const target = this.targets[index % this.targets.length];
    if (target === undefined) throw new Error('a world has a target');
    return target;
  }

  /** One of these kinds of steps had an effect since. */
  isExcused(kinds: readonly StepKind[], sinceMs: number): boolean {
    return kinds.some((kind) => (this.happened.get(kind) ?? -1) >= sinceMs);
  }

  /** What is not about one target. */
  fail(rule: Rule, text: string): void {
    this.pick(0).oracle.fail(rule, text);
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
    return (0.2 + this.#latencies.next() * 2.8) * this.slowness;
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

  /** Something happens now after which the stores of these targets may be wrong for some time. */
  disturb(targets: readonly Target[]): void {
    this.disturbedMs = this.loop.nowMs;
    for (const target of targets) target.touchedMs ??= this.loop.nowMs;
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
    if (!server.isOpen || server.inRecovery || operations.length === 0) return false;
    const before = server.last;
    const after = server.commit({ operations, bytes, nowMs: this.loop.nowMs });
    this.trace(`${server.name} ${after.endLsn}: ${operations.map(describeOperation).join(' ')}`);
    if (after.hidden === undefined) return true;
    for (const state of [before, after]) {
      for (const key of recordsOf(state).keys()) {
        if (!key.startsWith('/Config/')) continue;
        for (const { oracle } of this.targets) oracle.blinded.set(key, after.endLsn);
      }
    }
    return true;
  }

  /** A resync that nothing of what happened makes necessary breaks a promise. */
  resynced({ oracle }: Target, process: Process, kind: string): void {
    this.reasons.add(kind);
    const history = oracle.historyOf(process);
    if (history === undefined) {
      oracle.fail('untrue', `${process.name} reports a resync that it did not finish`);
      return;
    }
    const found = isNeedless(kind, this.happened, history);
    if (found !== undefined) oracle.fail('needless', found);
  }

  /** Before another agent comes to the same place; unless it has tried often enough. */
  waitsToResync({ oracle }: Target, process: Process, waitMs: number): void {
    // Only changes that its own streams published forgive them.
    const starts = oracle.allStarts.get(process) ?? 0;
    if (waitMs === 0 || starts >= STARTS_AT_ONCE) return;
    oracle.fail('P6 live', `${process.name} waits ${waitMs} ms before the resync that it owes`);
  }

  /** From here on clients reach that server; the one before is gone. */
  become(server: Server, why: string): void {
    const former = this.primary;
    this.trace(`${server.name} takes the place of ${former.name}: ${why}`);
    this.primary = server;
    this.routes.clear();
    former.stop(why);
    this.formers.push(former);
  }
}
