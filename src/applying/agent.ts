/** Runs the agents, and serves their metrics and health. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { DEFAULT_TARGET } from '../model/installation.js';
import { closeConnection } from '../postgres/connect/attempt.js';
import { openConnection } from '../postgres/connection.js';
import { type ConnectionSettings, describeConnection } from '../postgres/connection-settings.js';
import { readSlotActivity, type SlotActivity } from '../postgres/slots.js';
import {
  requireAcceptance,
  requirePublicationName,
  requireSlotName,
} from '../publishing/agent/context.js';
import { postgresSource } from '../publishing/source/postgres-source.js';
import { TargetServer } from '../publishing/targets/target-server.js';
import { type HttpListener, listenHttp, parseListenAddress, plain } from '../runtime/listen.js';
import type { Logger } from '../runtime/logger.js';
import type { ApplyContext } from './context/context.js';
import { openRequired, requireCluster, settingsOf } from './context/database.js';
import { sourcesOf } from './context/stores.js';
import { sampledNodes } from './nodes/sample.js';

export interface AgentFlags {
  /** Empty: every configured target; with a slot, `default`. */
  readonly target: readonly string[];
  readonly slot?: string;
  readonly publication?: string;
  readonly allowMassDelete: boolean;
  /** Earlier timelines to publish from, each with the checkpoint that it replaces. */
  readonly acceptTimeline: readonly string[];
  /** Repair keys that another client changed. */
  readonly heal: boolean;
  /** The address to serve metrics and health at. */
  readonly listen?: string;
}

interface AgentContext extends ApplyContext {
  readonly logger: Logger;
}

/**
 * Publishes until the signal aborts. Throws `usage` for names that PostgreSQL does not take, before
 * anything is asked, `wrong-cluster` for another database than that of the environment, `usage` or
 * `environment` for an address that cannot be listened on, and what `TargetServer.run` throws.
 */
export async function runAgents(context: AgentContext, flags: AgentFlags): Promise<void> {
  const { slot, publication, allowMassDelete, acceptTimeline, heal, listen } = flags;
  if (slot !== undefined && flags.target.length > 1) {
    throw new LenkwerkError('usage', '--slot is for one target', {
      hint: 'run an agent for each: --target NAME --slot SLOT',
    });
  }
  if (slot !== undefined) requireSlotName(slot);
  if (publication !== undefined) requirePublicationName(publication);
  for (const acceptance of acceptTimeline) requireAcceptance(acceptance);
  context.endInOrder();
  const { logger } = context;
  const isSlotAlone = slot !== undefined && flags.target.length === 0;
  const names = isSlotAlone ? [DEFAULT_TARGET] : flags.target;
  const database = settingsOf(context);
  let isKnown = false;
  const requireMeant = async (client: Client) => {
    await requireCluster(context, client);
    if (!isKnown) logger.info('publishing', { from: describeConnection(database) });
    isKnown = true;
  };
  const server = new TargetServer({
    database: postgresSource(database, requireMeant),
    logger,
    ...sourcesOf(context),
    names,
    reportsOthers: isSlotAlone,
    slot,
    publication,
    knobs: { allowMassDelete, acceptTimelines: acceptTimeline, heal },
  });
  // Before anything is published: an address in use fails at once.
  const listener =
    listen === undefined ? undefined : await listenAt(listen, { context, server, database });
  try {
    await server.run(context.signal);
  } finally {
    await listener?.close();
  }
}

// The responses of `--listen`.

/** How long a scrape waits for the database. */
const DATABASE_TIMEOUT_MS = 2_000;
/** However often it is scraped, the database is queried at most once in this time. */
const SAMPLE_AGE_MS = 1_000;

interface Listening {
  readonly context: AgentContext;
  readonly server: TargetServer;
  readonly database: ConnectionSettings;
}

/** Serves /metrics, /healthz, /readyz and /active. */
async function listenAt(text: string, listening: Listening): Promise<HttpListener> {
  const address = parseListenAddress(text);
  const { createExposition } = await import('../publishing/targets/metrics.js');
  const { activity, readiness } = await import('../publishing/targets/health.js');
  const exposition = createExposition();
  const readSlots = cachedSlots(listening);
  const { context, server } = listening;
  const readNodes = sampledNodes(context);
  const { version, logger } = context;
  const listener = await listenHttp(address, {
    '/metrics': async () => {
      const slots = await readSlots();
      const nodes = readNodes();
      const sample = { version, nowMs: Date.now(), targets: server.status(), slots, nodes };
      const body = await exposition.render(sample);
      return { status: 200, contentType: exposition.contentType, body };
    },
    '/healthz': () => plain(200, 'alive'),
    '/readyz': (query) => readiness(server.status(), query, Date.now()),
    '/active': (query) => activity(server.status(), query),
  });
  logger.info('listening', { address: listener.address });
  return listener;
}

type Slots = readonly SlotActivity[] | undefined;

function cachedSlots(listening: Listening): () => Promise<Slots> {
  let asked: { readonly atMs: number; readonly slots: Promise<Slots> } | undefined;
  return () => {
    const nowMs = Date.now();
    if (asked === undefined || nowMs - asked.atMs > SAMPLE_AGE_MS) {
      asked = { atMs: nowMs, slots: sampleSlots(listening) };
    }
    return asked.slots;
  };
}

async function sampleSlots({ context, database, server }: Listening): Promise<Slots> {
  const names = server.status().map(({ slot }) => slot);
  const settings = {
    ...database,
    connectTimeoutMs: DATABASE_TIMEOUT_MS,
    answerTimeoutMs: DATABASE_TIMEOUT_MS,
    session: { statement_timeout: `${DATABASE_TIMEOUT_MS / 1_000}s` },
  };
  try {
    const open = () => openConnection(settings, 'agent metrics');
    const client = await openRequired(context, open);
    try {
      return await readSlotActivity(client, names);
    } finally {
      await closeConnection(client);
    }
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
