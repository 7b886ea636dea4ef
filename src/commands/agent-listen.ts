/** What `lenkwerk agent --listen` answers. */

import { LenkwerkError } from '../model/errors.js';
import { openConnection } from '../postgres/connection.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { readSlotActivity, type SlotActivity } from '../postgres/slots.js';
import type { AgentState } from '../publishing/agent/counters.js';
import type { TargetStatus } from '../publishing/targets/target-agent.js';
import {
  type HttpAnswer,
  type HttpListener,
  listenHttp,
  parseListenAddress,
  plain,
} from '../runtime/listen.js';

/** A scrape must not wait for the database for long. */
const DATABASE_TIMEOUT_MS = 2_000;
/** However often somebody scrapes, the database is asked no more often than this. */
const SAMPLE_AGE_MS = 1_000;
const READY_STATES: ReadonlySet<AgentState> = new Set(['streaming', 'standby']);

export interface AgentListenOptions {
  readonly address: string;
  readonly version: string;
  readonly database: ConnectionSettings;
  readonly targets: () => readonly TargetStatus[];
}

/** Serves /metrics, /healthz and /readyz. Throws `usage` or `environment` for a bad address. */
export async function listenForAgent(options: AgentListenOptions): Promise<HttpListener> {
  const address = parseListenAddress(options.address);
  const { createExposition } = await import('../publishing/targets/metrics.js');
  const exposition = createExposition();
  const readSlots = cachedSlots(options);
  return listenHttp(address, {
    '/metrics': async () => {
      const slots = await readSlots();
      const { version } = options;
      const sample = { version, nowMs: Date.now(), targets: options.targets(), slots };
      const body = await exposition.render(sample);
      return { status: 200, contentType: exposition.contentType, body };
    },
    '/healthz': () => plain(200, 'alive'),
    '/readyz': () => readiness(options.targets()),
  });
}

/** 200 when every target is active or on standby; otherwise 503 with the reasons. */
export function readiness(targets: readonly TargetStatus[]): HttpAnswer {
  const listed = targets.map(({ target, state, reason, sinceMs }) => {
    return { target, state, reason, since: new Date(sinceMs).toISOString() };
  });
  const ready = targets.length > 0 && targets.every(({ state }) => READY_STATES.has(state));
  const body = `${JSON.stringify({ ready, targets: listed })}\n`;
  return { status: ready ? 200 : 503, contentType: 'application/json', body };
}

type Slots = readonly SlotActivity[] | undefined;

function cachedSlots(options: AgentListenOptions): () => Promise<Slots> {
  let asked: { readonly atMs: number; readonly slots: Promise<Slots> } | undefined;
  return () => {
    const nowMs = Date.now();
    if (asked === undefined || nowMs - asked.atMs > SAMPLE_AGE_MS) {
      asked = { atMs: nowMs, slots: sampleSlots(options) };
    }
    return asked.slots;
  };
}

async function sampleSlots({ database, targets }: AgentListenOptions): Promise<Slots> {
  const names = targets().map(({ slot }) => slot);
  const timeouts = `-c statement_timeout=${DATABASE_TIMEOUT_MS}`;
  const settings = {
    ...database,
    connectTimeoutMs: DATABASE_TIMEOUT_MS,
    options: database.options === undefined ? timeouts : `${database.options} ${timeouts}`,
  };
  try {
    const client = await openConnection(settings, 'agent metrics');
    try {
      return await readSlotActivity(client, names);
    } finally {
      await client.end();
    }
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
