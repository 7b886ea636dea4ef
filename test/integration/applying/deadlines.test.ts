/** Every verb ends in time and names the server that did not answer. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { applyDesired } from '../../../src/applying/apply.js';
import { type ApplyContext, applyContext } from '../../../src/applying/context/context.js';
import { withStore } from '../../../src/applying/context/stores.js';
import { readCopies } from '../../../src/applying/copies.js';
import { type DesiredSource, loadDesired, sourceOfStatus } from '../../../src/applying/desired.js';
import { exportManifest } from '../../../src/applying/export/export.js';
import { readHistory } from '../../../src/applying/history.js';
import { init } from '../../../src/applying/init.js';
import { doctor, status } from '../../../src/applying/observe.js';
import { planDesired } from '../../../src/applying/plan/plan.js';
import { verifyTargets } from '../../../src/applying/verify.js';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { etcdEndpoint, uniquePrefix } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const TIMEOUT_MS = 1_000;
/** For what surrounds the question that is not answered, on a busy machine. */
const SLACK_MS = 4_000;

let work: Workplace;
let source: DesiredSource;

beforeAll(async () => {
  work = await workplace();
  const file = work.manifest(
    'config: { a: 1 }\nindexes: [{ name: i, method: btree, fields: [{ pointer: /x }] }]',
  );
  source = await loadDesired(applyContext(), [file]);
});
afterAll(() => work.close());

/** Stands before the database while `check` runs. */
async function behindProxy(check: (proxy: TcpProxy) => Promise<void>): Promise<void> {
  const proxy = await TcpProxy.before(work.url);
  await check(proxy).finally(() => proxy.close());
}

function contextAt(url: string, kv = `${etcdEndpoint().replace('http', 'etcd')}?prefix=`) {
  const place = {
    text: `${kv}${kv.endsWith('=') ? uniquePrefix() : ''}`,
    source: 'private',
  } as const;
  return applyContext({ connection: { url, answerTimeoutMs: TIMEOUT_MS }, kv: place });
}

const ONCE = { targets: [], wait: false, repair: false, nodes: undefined };
const VERIFY = { ...ONCE, timeoutMs: TIMEOUT_MS };

type Verb = (context: ApplyContext) => Promise<unknown>;

/** What throws when its database is silent. */
const VERBS: Readonly<Record<string, Verb>> = {
  plan: (context) => planDesired(context, source),
  apply: (context) => applyDesired(context, source, { answerTimeoutMs: TIMEOUT_MS, dryRun: true }),
  verify: (context) => verifyTargets(context, { ...VERIFY, source }),
  'instance set-status': (context) => {
    const request = { status: 'offline', instances: ['h'], override: false } as const;
    return applyDesired(context, sourceOfStatus(request), { answerTimeoutMs: TIMEOUT_MS });
  },
  copies: (context) => readCopies(context, { without: [], answerTimeoutMs: TIMEOUT_MS }),
  status,
  export: exportManifest,
  history: (context) => readHistory(context, 10),
  init: (context) =>
    init(context, {
      check: true,
      remove: false,
      createDatabase: false,
      roles: false,
      newIdentity: false,
      node: false,
    }),
  get: ({ kv: _, ...context }) =>
    withStore({ ...context, kv: undefined }, 'default', (store) => store.read('/Servermap')),
};

async function failureOf(verb: Verb, context: ApplyContext): Promise<unknown> {
  const startMs = performance.now();
  const failure = await verb(context).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(performance.now() - startMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
  return failure;
}

const NO_ANSWER = /did not answer for 1 s|cannot connect to .*: no answer in time/;

// Several at once, since they wait for their deadlines.
describe.concurrent('a middlebox that swallows what is sent', () => {
  test.each(
    Object.entries(VERBS).flatMap(([name, verb]) => [0, 1, 2].map((at) => ({ name, verb, at }))),
  )('$name after $at messages', ({ verb, at }) =>
    behindProxy(async (proxy) => {
      proxy.decide((_, count) => (count > at ? 'drop' : 'pass'));
      expect(await failureOf(verb, contextAt(proxy.inFrontOf(work.url)))).toMatchObject({
        code: 'database-unavailable',
        message: expect.stringMatching(NO_ANSWER),
        retryable: true,
      });
    }),
  );

  test('doctor reports it as a finding', () =>
    behindProxy(async (proxy) => {
      proxy.decide((_, count) => (count > 6 ? 'drop' : 'pass'));
      const startMs = performance.now();
      const findings = await doctor(contextAt(proxy.inFrontOf(work.url)));
      expect(performance.now() - startMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
      expect(JSON.stringify(findings)).toMatch(NO_ANSWER);
    }));

  test('the end of a session is not waited for', () =>
    behindProxy(async (proxy) => {
      // Terminate, of the protocol.
      proxy.decide((chunk) => (chunk.length === 5 && chunk[0] === 0x58 ? 'drop' : 'pass'));
      expect(
        await failureOf((context) => readHistory(context, 1), contextAt(proxy.inFrontOf(work.url))),
      ).toBeUndefined();
      expect(proxy.lostBytes).toBe(5);
    }));
});

test('verify ends in time, whenever the server falls silent', { timeout: 30_000 }, () =>
  behindProxy(async (proxy) => {
    const timeoutMs = 4_000;
    // Locks are asked for again and again until the deadline.
    const writer = new Client({ connectionString: work.url });
    await writer.connect();
    await writer.query('BEGIN; LOCK TABLE storage.config IN ROW EXCLUSIVE MODE');
    const startMs = performance.now();
    const isLate = () => performance.now() - startMs > timeoutMs - 700;
    proxy.decide(() => (isLate() ? 'drop' : 'pass'));
    const context = contextAt(proxy.inFrontOf(work.url));
    await expect(
      verifyTargets(context, { ...VERIFY, timeoutMs, wait: true, source }),
    ).rejects.toMatchObject({
      code: 'inconclusive',
      message: 'no verdict within 4 s, while comparing the tables with the store',
    });
    expect(performance.now() - startMs).toBeLessThan(timeoutMs + 3_500);
    await writer.end();
  }),
);

describe.concurrent('a store that swallows what is sent', () => {
  const read: Verb = (context) =>
    withStore(context, 'default', (store) => store.read('/Servermap'));

  test.each([
    ['etcd', () => etcdEndpoint()],
    ['postgres', () => work.url],
  ])('%s', async (_, serverOf) => {
    const swallowing = await TcpProxy.before(serverOf());
    swallowing.decide((_chunk, count) => (count > 1 ? 'drop' : 'pass'));
    try {
      const kv = swallowing.inFrontOf(serverOf()).replace(/^http/, 'etcd');
      const context = contextAt(work.url, kv);
      expect(await failureOf(read, context)).toMatchObject({
        code: 'store-unavailable',
        message: expect.stringMatching(/did not answer/),
      });
      const report = await verifyTargets(context, { ...VERIFY, source: undefined });
      expect(report).toMatchObject({
        verdict: 'inconclusive',
        targets: [{ target: 'default', detail: expect.stringMatching(/did not answer/) }],
      });
    } finally {
      await swallowing.close();
    }
  });
});

describe('a server whose processes are stopped', () => {
  let frozen: PostgresServer;
  beforeAll(async () => {
    frozen = await startPostgres({ env: process.env, fsync: false });
    await lenkwerk(['init', '--db', frozen.url('postgres')]);
  });
  afterEach(() => frozen.thaw());
  afterAll(() => frozen.stop());

  test.each(['plan', 'apply', 'verify', 'status'])('%s', async (name) => {
    const verb = VERBS[name];
    if (verb === undefined) throw new Error(`no verb ${name}`);
    const url = frozen.url('postgres');
    const before = await TcpProxy.before(url);
    // TLS, the start of the session, and its first request come before.
    let freezing: Promise<void> | undefined;
    before.decide((_, count) => {
      if (count > 3) freezing ??= frozen.freeze();
      return 'pass';
    });
    const failure = await failureOf(verb, contextAt(before.inFrontOf(url)));
    expect(failure).toMatchObject({
      code: 'database-unavailable',
      message: expect.stringMatching(NO_ANSWER),
    });
    await before.close();
    await freezing;
  });
});
