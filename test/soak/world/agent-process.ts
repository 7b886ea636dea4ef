/** `lenkwerk agent` as a real process behind proxies of its own, started again when it ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isJsonObject, tryParseJson } from '../../../src/model/json.js';
import { CLI } from '../../support/cli/built.js';
import { type Fate, TcpProxy } from '../../support/tcp-proxy.js';
import type { Journal } from '../journal.js';
import type { StoreAddress } from '../stores/servers.js';

const RESTART_MS = 300;
const KEPT_OUTPUT = 20_000;
const PAGE_BYTES = 4096;

export interface AgentTarget {
  readonly postgresPort: number;
  readonly store: StoreAddress;
  /** The role that the agent logs in as. */
  readonly user: string;
  readonly database: string;
  readonly slot: string;
  /** What it runs, given the URLs of its database and its store; undefined: an agent. */
  readonly command?: (db: string, kv: string) => readonly string[];
}

function proxyTo(port: number): Promise<TcpProxy> {
  return TcpProxy.before(`http://127.0.0.1:${port}`);
}

export class AgentProcess {
  readonly name: string;
  readonly postgres: TcpProxy;
  readonly store: readonly TcpProxy[];
  readonly #target: AgentTarget;
  readonly #journal: Journal;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #held = true;
  #output = '';
  #lines = 0;

  private constructor(
    name: string,
    proxies: { readonly postgres: TcpProxy; readonly store: readonly TcpProxy[] },
    context: { readonly target: AgentTarget; readonly journal: Journal },
  ) {
    this.name = name;
    this.postgres = proxies.postgres;
    this.store = proxies.store;
    this.#target = context.target;
    this.#journal = context.journal;
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  /** Makes the proxies; `start` starts the process. */
  static async create(name: string, target: AgentTarget, journal: Journal): Promise<AgentProcess> {
    const postgres = await proxyTo(target.postgresPort);
    const store = await Promise.all(target.store.nodes.map(({ port }) => proxyTo(port)));
    return new AgentProcess(name, { postgres, store }, { target, journal });
  }

  /** Starts the process, and again whenever it ends. */
  start(): void {
    this.#held = false;
    if (this.#child === undefined) this.#spawn();
  }

  /** What it wrote to stderr lately. */
  get output(): string {
    return this.#output;
  }

  /** How many lines it has written to stderr. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether one of the lines that it wrote after so many has these words. */
  saidAfter(lines: number, words: string): boolean {
    const kept = this.#output.split('\n').slice(0, -1);
    const since = Math.max(kept.length - (this.#lines - lines), 0);
    return kept.slice(since).some((line) => line.includes(words));
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get rssBytes(): number {
    const { pid } = this.#child ?? {};
    if (pid === undefined) return 0;
    try {
      const [, resident = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
      return Number(resident) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Kills it and does not start it again until `start`. */
  async hold(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#held = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'close');
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  }

  /**
   * Calls `fire` once: when the agent sends a chunk that holds the pattern, to the database or, in
   * the form that it has there, to the store, before it goes on.
   */
  atRequest(pattern: string, fire: () => Fate): void {
    const stored = this.#target.store.onTheWire(pattern);
    for (const proxy of [this.postgres, ...this.store]) {
      const searched = proxy === this.postgres ? pattern : stored;
      proxy.decide((chunk) => {
        if (!chunk.includes(searched)) return 'pass';
        this.forgetRequest();
        return fire();
      });
    }
  }

  /** Ends what `atRequest` began. */
  forgetRequest(): void {
    for (const proxy of [this.postgres, ...this.store]) proxy.decide(undefined);
  }

  heal(): void {
    for (const proxy of [this.postgres, ...this.store]) proxy.heal();
    this.#child?.kill('SIGCONT');
    this.start();
  }

  async remove(): Promise<void> {
    await this.hold();
    for (const proxy of [this.postgres, ...this.store]) await proxy.close();
  }

  #spawn(): void {
    const { database, store, slot, user } = this.#target;
    const kv = store.url(this.store.map(({ port }) => port));
    const db = `postgres://${user}@127.0.0.1:${this.postgres.port}/${database}`;
    const command = this.#target.command?.(db, kv) ?? [
      ...['agent', '--slot', slot, '--allow-mass-delete', '--db', db, '--kv', kv],
    ];
    const child = spawn(process.execPath, [CLI, ...command], {
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => this.#readLine(line));
    child.once('close', (code, signal) => this.#ended(code, signal));
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (signal === null) {
      this.#journal.count(`agent gave up, exit ${code}`);
      const lastLine = this.#output.trimEnd().split('\n').at(-1) ?? '';
      this.#journal.note(`${this.name} ended with ${code}: ${lastLine.slice(0, 300)}`);
    }
    if (this.#held) return;
    this.#restart = setTimeout(() => {
      if (this.#child === undefined && !this.#held) this.#spawn();
    }, RESTART_MS);
  }

  #readLine(line: string): void {
    this.#lines += 1;
    this.#output = `${this.#output}${line}\n`.slice(-KEPT_OUTPUT);
    const entry = tryParseJson(line);
    if (entry === undefined || !isJsonObject(entry)) return;
    const field = (name: string) => String(entry.get(name) ?? '');
    const reason = field('reason');
    if (field('message') === 'resynced') {
      this.#journal.resynced(this.name, field('kind'), reason);
    }
    if (field('message') !== 'agent state') return;
    if (field('state') === 'resync') this.#journal.beginResync();
    this.#journal.note(`${this.name} ${field('state')}: ${reason}`);
    this.#journal.count(`agent ${field('state')}`);
  }
}
