/** Keeps the tables of a storage node in step with what is published. */
import { hostname } from 'node:os';
import { openTrusted } from '../database/owners.js';
import { Follower } from '../following/loop/follower.js';
import { Acknowledger } from '../following/reporting/acknowledger.js';
import { CommandRunner } from '../following/reporting/command-runner.js';
import { nameOfNode } from '../following/reporting/node-name.js';
import { type FollowerStatus, isInStep, newStatus } from '../following/status.js';
import { resolveStore } from '../kvstore/resolve-settings.js';
import type { StoreSettings } from '../kvstore/settings.js';
import type { KeyValueStore } from '../kvstore/store.js';
import { DEFAULT_PORT } from '../model/resources.js';
import type { RingMember } from '../model/servermap.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { describeConnection } from '../postgres/connection-settings.js';
import { encodeAcknowledgement } from '../publishing/records/acknowledgement.js';
import { KeySpace } from '../publishing/records/key-space.js';
import { linked } from '../runtime/async.js';
import {
  type HttpAnswer,
  type HttpListener,
  listenHttp,
  parseListenAddress,
  plain,
} from '../runtime/listen.js';
import type { Logger } from '../runtime/logger.js';
import { withReadsWithin } from './context/bounded-store.js';
import type { ApplyContext } from './context/context.js';
import { settingsOf } from './context/database.js';
import { sourcesOf } from './context/stores.js';

export interface FollowFlags {
  readonly target: string;
  /** The instance, as `host_port`; undefined: that of this machine. */
  readonly name?: string;
  /** A command for a shell. */
  readonly exec?: string;
  /** How long it may take, in seconds. */
  readonly execTimeout: number;
  /** Bring the tables to what is published, and end. */
  readonly once: boolean;
  readonly allowMassDelete: boolean;
  /** The address to serve metrics and health at. */
  readonly listen?: string;
}

interface FollowingContext extends ApplyContext {
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 15_000;
/** As SHOW writes it: so long after a process was stopped another follower takes its place. */
const SILENCE = '1min';
const SESSION = {
  idle_session_timeout: SILENCE,
  idle_in_transaction_session_timeout: SILENCE,
  lock_timeout: '10s',
};

/** One follower with what it reports to. */
interface Following {
  readonly follower: Follower;
  readonly status: FollowerStatus;
  readonly acknowledger: Acknowledger;
  /** undefined: there is no command. */
  readonly runner: CommandRunner | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Follows until the signal aborts, or with `once` brings the tables to what is published. Throws
 * `usage` where the name of the node is not known, `database-not-initialised` where `init --node`
 * has not run, and with `once` what a session throws: `lock-not-obtained` beside another follower,
 * `not-converged` where the store shows no whole state, `mass-delete`, and the errors of database
 * and store.
 */
export async function follow(context: FollowingContext, flags: FollowFlags): Promise<void> {
  context.endInOrder();
  const following = prepare(context, flags);
  const { status, follower, acknowledger, runner } = following;
  const { listen } = flags;
  const listener = listen === undefined ? undefined : await listenAt(listen, context, status);
  const over = linked(context.signal);
  try {
    if (flags.once) {
      await follower.once();
      await runner?.now(context.signal);
      await acknowledger.now();
      return;
    }
    const beside = [acknowledger.run(over.signal), runner?.run(over.signal)];
    await follower.run(context.signal);
    over.end();
    await Promise.all(beside);
  } finally {
    over.end();
    await following.close();
    await listener?.close();
  }
}

function prepare(context: FollowingContext, flags: FollowFlags): Following {
  const { logger, version } = context;
  const { target } = flags;
  const status = newStatus(Date.now());
  const database = { ...settingsOf(context), session: SESSION };
  const settings = storeOf(context);
  const store = once(() => settings.connect());
  const keySpace = new KeySpace(settings.prefix);
  const acknowledger = new Acknowledger({
    status,
    logger,
    write: async () => {
      const { name } = status;
      if (name === undefined) return;
      const text = acknowledgementOf(name, status, version);
      if (text !== undefined) await (await store.get()).acknowledge(target, name, text);
    },
  });
  const runner = runnerOf(flags, { prefix: settings.prefix, status, logger });
  const follower = new Follower({
    ...{ keySpace, target, logger, status, lookEveryMs: LOOK_EVERY_MS },
    allowMassDelete: flags.allowMassDelete,
    openDatabase: () => openTrusted(database, 'follow', 'following'),
    connectStore: store.get,
    reports: {
      identify: (records) => {
        status.name ??= flags.name ?? nameOfNode(records, keySpace, placeOf(database));
      },
      applied: ({ changes, nodes }) => {
        acknowledger.changed(nodes);
        runner?.changed(changes);
      },
      refused: () => acknowledger.changed(),
    },
  });
  logger.info('following', {
    ...{ target, of: settings.description, into: describeConnection(database) },
  });
  return { follower, status, acknowledger, runner, close: store.close };
}

/** Never the store that a recorded config names: what is received decides over nothing here. */
function storeOf(context: FollowingContext): StoreSettings {
  const { settings } = resolveStore({ ...sourcesOf(context), recorded: undefined });
  return withReadsWithin(settings, context.connection.answerTimeoutMs);
}

/** Connects when it is needed, and again after a failure; the same store for everything. */
function once(connect: () => Promise<KeyValueStore>) {
  let connecting: Promise<KeyValueStore> | undefined;
  return {
    get: () => {
      connecting ??= connect().catch((error: unknown) => {
        connecting = undefined;
        throw error;
      });
      return connecting;
    },
    close: async () => {
      const store = await connecting?.catch(() => undefined);
      await store?.close();
    },
  };
}

/** This machine and the port of the database. */
function placeOf({ servers }: ConnectionSettings): RingMember {
  return { host: hostname(), port: servers[0]?.port ?? DEFAULT_PORT };
}

function runnerOf(
  { exec, execTimeout }: FollowFlags,
  rest: { readonly prefix: string; readonly status: FollowerStatus; readonly logger: Logger },
): CommandRunner | undefined {
  if (exec === undefined) return undefined;
  return new CommandRunner({ ...rest, command: exec, timeoutMs: execTimeout * 1_000 });
}

/** undefined: the database was not read yet. */
function acknowledgementOf(
  name: string,
  { followerId, applied, refusal }: FollowerStatus,
  toolVersion: string,
): string | undefined {
  if (followerId === undefined) return undefined;
  return encodeAcknowledgement({ name, followerId, applied, refusal, toolVersion });
}

/** Serves /metrics, /healthz and /readyz. */
async function listenAt(
  text: string,
  { version, logger }: FollowingContext,
  status: FollowerStatus,
): Promise<HttpListener> {
  const address = parseListenAddress(text);
  const { createExposition } = await import('../following/reporting/metrics.js');
  const exposition = createExposition(version);
  const listener = await listenHttp(address, {
    '/metrics': async () => {
      const body = await exposition.render(status);
      return { status: 200, contentType: exposition.contentType, body };
    },
    '/healthz': () => plain(200, 'alive'),
    '/readyz': () => readiness(status),
  });
  logger.info('listening', { address: listener.address });
  return listener;
}

/** 200 when the tables show the checkpoint that was seen last; otherwise 503 with the reason. */
function readiness(status: FollowerStatus): HttpAnswer {
  const { state, reason, hint, sinceMs, name, storeUp } = status;
  const ready = isInStep(status);
  const since = new Date(sinceMs).toISOString();
  const body = `${JSON.stringify({ ready, state, reason, hint, since, name, storeUp })}\n`;
  return { status: ready ? 200 : 503, contentType: 'application/json', body };
}
