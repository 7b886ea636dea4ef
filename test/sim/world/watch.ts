/** Looks at every agent once a second: what it reports has to be so. */
import type { Process } from '../clock/loop.js';
import { Connection } from '../database/connection.js';
import { recordsOf } from '../database/tables.js';
import type { AgentPart } from './agents.js';
import type { Target } from './target.js';
import type { World } from './world.js';

const LOOK_MS = 1_000;
/** How long an untouched target may be behind, or without an active agent, at latency 1. */
const BEHIND_MS = 5_000;
/** How long an agent may not notice that its session is gone, or its store went back. */
const UNNOTICED_MS = 15_000;
/** Two seconds until an idle agent asks, a look, five looks, and answers that take their time. */
const SILENT_MS = 10_000;
const SLOW_MS = 100;
/** How long an agent may take to name a record that the store refuses. */
const UNNAMED_MS = 90_000;
/** No more than so many replication sessions in that time that publish nothing. */
const WINDOW_MS = 600_000;
const MAX_STARTS = 40;

export class Watch {
  readonly #world: World;
  readonly #isLong: boolean;
  readonly #behindSince = new Map<Target, number>();
  readonly #untrueSince = new Map<Process, number>();
  readonly #silentSince = new Map<Process, { readonly outage: number; readonly sinceMs: number }>();

  /** `isLong`: one failure lasts; then it is counted how often agents try. */
  constructor(world: World, isLong: boolean) {
    this.#world = world;
    this.#isLong = isLong;
  }

  /** Until the world is over. */
  start(): void {
    const { loop, targets } = this.#world;
    const look = () => {
      if (this.#world.violation !== undefined) return;
      for (const target of targets) this.#look(target);
      loop.after(LOOK_MS, look, loop.world);
    };
    loop.after(LOOK_MS, look, loop.world);
  }

  #look(target: Target): void {
    const parts = this.#world.agents.of(target);
    this.#checkUntouched(target, parts);
    if (this.#isLong) this.#checkRefused(target, parts);
    for (const part of parts) {
      this.#checkStreaming(part);
      this.#checkBlocked(part);
      if (this.#isLong) this.#checkStarts(part);
    }
  }

  /** A target that nothing happened to is up to date, whatever happens to others. */
  #checkUntouched(target: Target, parts: readonly AgentPart[]): void {
    const { loop, primary, slowness } = this.#world;
    const { name, oracle, touchedMs } = target;
    const isActive = parts.some(({ counters }) => counters.state === 'streaming');
    const isBehind = (oracle.stored?.witnessLsn ?? -1n) < primary.lastChangedLsn;
    if (touchedMs !== undefined || (isActive && !isBehind)) {
      this.#behindSince.delete(target);
      return;
    }
    const sinceMs = this.#behindSince.get(target) ?? loop.nowMs;
    this.#behindSince.set(target, sinceMs);
    if (loop.nowMs - sinceMs <= BEHIND_MS * slowness) return;
    oracle.fail('P6 live', `${name} is not up to date, though nothing happened to it`);
  }

  /**
   * An agent that reports that it streams reads its slot, and the store holds its checkpoint: one
   * that went back ends the session, also where there is nothing to write.
   */
  #checkStreaming({ process, counters, target }: AgentPart): void {
    const { loop, slowness } = this.#world;
    const claims = counters.state === 'streaming' && process.state === 'running';
    const reads = Connection.openOf(process).some((link) => link.isReader);
    const isTrue = reads && !target.oracle.hasLostPlace(process);
    if (!claims || isTrue || !target.store.answers) {
      this.#untrueSince.delete(process);
      return;
    }
    const sinceMs = this.#untrueSince.get(process) ?? loop.nowMs;
    this.#untrueSince.set(process, sinceMs);
    if (loop.nowMs - sinceMs <= UNNOTICED_MS * slowness) return;
    const what = reads ? 'the store does not hold its checkpoint' : 'it has none';
    target.oracle.fail('untrue', `${process.name} reports a stream, but ${what}`);
  }

  /** An active agent whose store is away shows that, whether it has anything to write or not. */
  #checkBlocked({ process, counters, target }: AgentPart): void {
    const { loop, slowness } = this.#world;
    const claims = counters.state === 'streaming' && process.state === 'running';
    if (!claims || target.store.isUp) {
      this.#silentSince.delete(process);
      return;
    }
    const outage = target.store.outages;
    const known = this.#silentSince.get(process);
    const sinceMs = known?.outage === outage ? known.sinceMs : loop.nowMs;
    this.#silentSince.set(process, { outage, sinceMs });
    if (loop.nowMs - sinceMs <= SILENT_MS + slowness * SLOW_MS) return;
    target.oracle.fail('untrue', `${process.name} reports a stream, though its store is down`);
  }

  /** A record that the store refuses is named, for as long as it is. */
  #checkRefused(target: Target, parts: readonly AgentPart[]): void {
    const { loop, bigRow, primary } = this.#world;
    if (bigRow?.target !== target || loop.nowMs - bigRow.sinceMs < UNNAMED_MS) return;
    const { acceptsBytes } = target.store;
    const refused = [...recordsOf(primary.last)].find(([, { length }]) => length > acceptsBytes);
    if (refused === undefined) return;
    const isNamed = parts.some(({ counters: { state, reason } }) => {
      return state === 'failed' && reason.includes(refused[0]);
    });
    if (!isNamed) target.oracle.fail('untrue', 'no agent names the record that is refused');
  }

  #checkStarts({ process, target }: AgentPart): void {
    const { loop } = this.#world;
    const starts = target.oracle.sessionStarts.get(process) ?? [];
    const sinceMs = Math.max(loop.nowMs - WINDOW_MS, target.touchedMs ?? loop.nowMs);
    const recent = starts.filter((atMs) => atMs > sinceMs).length;
    if (recent <= MAX_STARTS) return;
    const what = `${recent} replication sessions in ten minutes`;
    target.oracle.fail('tight loop', `${process.name} started ${what}`);
  }
}
