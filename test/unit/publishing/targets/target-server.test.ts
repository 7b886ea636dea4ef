/** How targets follow their configuration; their stores do not answer here. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { type JsonValue, parseJson } from '../../../../src/model/json.js';
import {
  type ServeOptions,
  TargetServer,
} from '../../../../src/publishing/targets/target-server.js';
import type { LogFields } from '../../../../src/runtime/logger.js';
import { SILENT_SESSION, scriptedDatabase } from '../../../support/agents/scripted.js';
import { waitFor } from '../../../support/wait.js';

const HERE = { host: '127.0.0.1', port: 1 };
const EU = { type: 'etcd', config: { ...HERE, port: 2 } };
const UNUSABLE = { type: 'none', config: {} };
const AWAY = new LenkwerkError('database-unavailable', 'it is away', { retryable: true });
const BROKEN = new LenkwerkError('database-error', 'it is broken');

type Config = Readonly<Record<string, unknown>>;

let config: Config | LenkwerkError;
/** How often it was read, and how many sessions are open. */
let reads: number;
let open: number;
let lines: string[];
let stop: AbortController;
let server: TargetServer;
let running: Promise<void>;

beforeEach(() => {
  config = { kvstore_config: HERE };
  [reads, open, lines] = [0, 0, []];
  stop = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running.catch(() => {});
});

function serve(given: Partial<ServeOptions> = {}): void {
  const database = scriptedDatabase(async () => {
    open += 1;
    const close = async () => {
      open -= 1;
    };
    return { ...SILENT_SESSION, readConfig, close };
  });
  const at = (level: string) => (message: string, fields: LogFields) => {
    const { target, slot, reason } = fields;
    const why = reason instanceof Error ? reason.message : undefined;
    lines.push([level, message, target, slot, why].filter((one) => one !== undefined).join(': '));
  };
  const logger = { debug: () => {}, info: () => {}, warn: at('warn'), error: at('error') };
  server = new TargetServer({
    ...{ database, logger, url: undefined, variables: {}, secretsDir: undefined },
    ...{ project: undefined, names: [], configPollMs: 10, ...given },
  });
  running = server.run(stop.signal);
  running.catch(() => {});
}

async function readConfig(): Promise<ReadonlyMap<string, JsonValue>> {
  reads += 1;
  if (config instanceof LenkwerkError) throw config;
  const entries = Object.entries(config);
  return new Map(entries.map(([key, value]) => [key, parseJson(JSON.stringify(value))]));
}

/** Until the configuration that stands now was followed. */
async function followed(): Promise<void> {
  const before = reads;
  await waitFor(() => reads >= before + 2, { what: 'two reads of the configuration' });
}

const shown = () => server.status().map(({ target, slot, store }) => [target, slot, store]);
const PLACE = 'etcd://127.0.0.1:1';

test('targets come and go with the configuration', async () => {
  serve();
  await followed();
  expect(shown()).toEqual([['default', 'lw_agent', PLACE]]);
  config = { kvstore_config: HERE, kvstores: { eu: EU } };
  await followed();
  const eu = ['eu', 'lw_agent_eu', 'etcd://127.0.0.1:2'];
  expect(shown()).toEqual([['default', 'lw_agent', PLACE], eu]);
  config = { kvstores: { eu: EU } };
  await followed();
  expect(shown()).toEqual([eu]);
  expect(lines.filter((line) => !line.includes('starts again'))).toEqual([
    'warn: a target is not configured any more: default: lw_agent',
  ]);
  stop.abort();
  await running;
  expect(server.status().map(({ state }) => state)).toEqual(['stopped']);
  expect(open).toBe(0);
});

test('a requested target that is taken out is served no more, and shown', async () => {
  config = { kvstores: { eu: EU } };
  serve({ names: ['eu'] });
  await followed();
  const eu = ['eu', 'lw_agent_eu', 'etcd://127.0.0.1:2'];
  expect(shown()).toEqual([eu]);
  config = { kvstores: {} };
  await running.catch(() => {});
  expect(lines).toContain('warn: a target is not configured any more: eu: lw_agent_eu');
  expect(shown()).not.toContainEqual(eu);
});

test('a store that moved is served at its new place', async () => {
  serve();
  await followed();
  config = { kvstore_config: { ...HERE, prefix: '/new' } };
  await followed();
  expect(shown()).toEqual([['default', 'lw_agent', `${PLACE}?prefix=/new`]]);
  expect(lines).toContain('warn: the store of a target changed: default');
});

test('whatever is wrong with the configuration later, the targets are served', async () => {
  serve();
  await followed();
  for (const failure of [AWAY, BROKEN]) {
    config = failure;
    await followed();
    expect(lines).toContain(`warn: the configuration cannot be read: ${failure.message}`);
  }
  expect(shown()).toHaveLength(1);
  expect(stop.signal.aborted).toBe(false);
});

test('at first it is read again while the database is away, and not where it is broken', async () => {
  config = AWAY;
  serve();
  const away = 'warn: the configuration cannot be read yet: it is away';
  await waitFor(() => lines.includes(away), { what: 'the warning' });
  config = BROKEN;
  await expect(running).rejects.toBe(BROKEN);
  expect([reads, open]).toEqual([2, 0]);
});

test('a target that cannot be used is shown and logged once, and ends no other one', async () => {
  config = { kvstore_config: HERE, kvstores: { eu: UNUSABLE } };
  serve();
  await followed();
  await followed();
  expect(server.status().map(({ target, state }) => [target, state])).toEqual([
    ['default', 'connecting'],
    ['eu', 'failed'],
  ]);
  const problem = 'error: a target cannot be used: eu';
  expect(lines.filter((line) => line.startsWith(problem))).toHaveLength(1);
});

test('where none can be used it ends with the reason', async () => {
  config = { kvstores: { eu: UNUSABLE } };
  serve();
  await expect(running).rejects.toMatchObject({ code: 'usage' });
});

test('a place on the command line is enough for one target', async () => {
  const url = { text: PLACE, source: 'command-line' } as const;
  serve({ url, names: ['eu'] });
  await waitFor(() => server.status().length > 0, { what: 'the target' });
  expect(shown()).toEqual([['eu', 'lw_agent_eu', PLACE]]);
  expect(reads).toBe(0);
});
