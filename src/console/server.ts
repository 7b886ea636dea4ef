/** The console: pages, the same as JSON, and the notice that something changed. Decision D95. */
import { gzipSync } from 'node:zlib';
import { type ConsoleState, consoleReader } from '../applying/console.js';
import type { ApplyContext } from '../applying/context/context.js';
import { readApply } from '../applying/history.js';
import { escapeJson } from '../model/text.js';
import { planJson } from '../planning/format/write.js';
import { failureJson, failureOf } from '../rendering/failures.js';
import { nodesDocument } from '../rendering/nodes.js';
import { entryJson, historyJson } from '../rendering/reports/history.js';
import { statusJson } from '../rendering/reports/status.js';
import { verifyJson } from '../rendering/verify/json.js';
import { onAbort } from '../runtime/async.js';
import { readSettingsFile } from '../runtime/files.js';
import {
  type HttpAnswer,
  type HttpRequest,
  listenHttp,
  parseListenAddress,
  plain,
} from '../runtime/listen.js';
import { type AccessFlags, gateOf } from './access.js';
import { SCRIPT, STYLE } from './assets.js';
import { Changes } from './changes.js';
import { keysPage, keysReader } from './keys.js';
import { applyPage, historyPage, nodesPage } from './log.js';
import { overviewPage } from './overview.js';
import { failurePage } from './page.js';
import { type Read, SharedRead } from './shared-read.js';

interface ConsoleOptions extends Omit<AccessFlags, 'token'> {
  /** Manifests, as `loadDesired` takes them. */
  readonly paths: readonly string[];
  readonly listen: string;
  readonly tokenFile: string | undefined;
  readonly onListening: (address: string) => void;
}

/** A state is shown again for so long. */
const FRESH_MS = 1_000;
const COMPRESSED_FROM_BYTES = 1_024;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/**
 * Serves until the signal aborts. Throws `usage` for flags, and `environment` for an address that
 * is not available. What cannot be read is a page with the reason.
 */
export async function serveConsole(context: ApplyContext, options: ConsoleOptions): Promise<void> {
  const { paths, listen, tokenFile, onListening } = options;
  const address = parseListenAddress(listen);
  const token = tokenFile === undefined ? undefined : readSettingsFile(tokenFile).trim();
  const gate = gateOf(address, { ...options, token });
  context.endInOrder();
  const shared = new SharedRead(consoleReader(context, paths), FRESH_MS);
  const changes = new Changes(() => shared.get());
  const respond = routes({ context, shared, changes });
  const listener = await listenHttp(address, async (request) => {
    const refusal = gate(request);
    const answer = refusal ? plain(refusal.status, refusal.text) : await respond(request);
    const challenge =
      refusal?.status === 401 ? { 'www-authenticate': 'Basic realm="lenkwerk"' } : {};
    return packed({ ...answer, headers: { ...answer.headers, ...HEADERS, ...challenge } }, request);
  });
  onListening(listener.address);
  try {
    await new Promise<void>((resolve) => onAbort(context.signal, resolve));
  } finally {
    await listener.close();
  }
}

interface Routing {
  readonly context: ApplyContext;
  readonly shared: SharedRead<ConsoleState>;
  readonly changes: Changes;
}

type Page = (state: ConsoleState, at: Date) => string | undefined;

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/', overviewPage],
  ['/history', historyPage],
  ['/nodes', nodesPage],
]);

/** The documents of `--json`; undefined: there is none. */
const DOCUMENTS: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/api/v1/status', ({ status }) => statusJson(status)],
  ['/api/v1/verify', ({ verify }) => verifyJson(verify)],
  ['/api/v1/plan', ({ verify: { plan } }) => plan && planJson(plan)],
  ['/api/v1/history', ({ history }) => history && historyJson(history.entries, history)],
  [
    '/api/v1/nodes',
    ({ status: { nodes } }) => `${escapeJson(JSON.stringify(nodesDocument(nodes), null, 2))}\n`,
  ],
]);

function routes({ context, shared, changes }: Routing) {
  const readKeysOf = keysReader(context);
  let turn: Promise<unknown> = Promise.resolve();
  return async ({ path, query }: HttpRequest): Promise<HttpAnswer> => {
    if (path === '/console.css') return { status: 200, contentType: 'text/css', body: STYLE };
    if (path === '/console.js')
      return { status: 200, contentType: 'text/javascript', body: SCRIPT };
    if (path === '/events') return changes.answer();
    if (path === '/keys') return await keysAnswer(query, await shared.get(), readKeysOf);
    const page = PAGES.get(path);
    if (page !== undefined) return answerOf(await shared.get(), { page, isPage: true });
    const document = DOCUMENTS.get(path);
    if (document !== undefined) return answerOf(await shared.get(), { page: document });
    const [, api, id] = /^(\/api\/v1)?\/history\/(\d{1,18})$/.exec(path) ?? [];
    if (id !== undefined) {
      // One after the other, so that many viewers take one session with the database.
      const asked = turn.then(() => oneApply(context, BigInt(id), api === undefined));
      turn = asked;
      return await asked;
    }
    return plain(404, 'there is no such page');
  };
}

/** Of a configured target alone: the first, unless `target` names one. */
async function keysAnswer(
  query: URLSearchParams,
  read: Read<ConsoleState>,
  readKeysOf: ReturnType<typeof keysReader>,
): Promise<HttpAnswer> {
  const { state } = read;
  if (state === undefined) return failed(read.error, true, read.at);
  const names = state.status.targets.map(({ name }) => name);
  const target = query.get('target') ?? names[0] ?? '';
  if (!names.includes(target)) return plain(404, 'there is no such target');
  const found = await readKeysOf(target);
  if (found.state === undefined) return failed(found.error, true, found.at);
  const body = keysPage({ state, target, part: query.get('q') ?? '', keys: found.state });
  return { status: 200, contentType: HTML, body };
}

interface Wanted {
  readonly page: Page;
  readonly isPage?: boolean;
}

function answerOf(read: Read<ConsoleState>, { page, isPage = false }: Wanted): HttpAnswer {
  if (read.state === undefined) return failed(read.error, isPage, read.at);
  const body = page(read.state, read.at);
  if (body === undefined) return plain(404, 'there is none, or it is hidden from this role');
  return { status: 200, contentType: isPage ? HTML : JSON_TYPE, body };
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

async function oneApply(context: ApplyContext, id: bigint, isPage: boolean): Promise<HttpAnswer> {
  try {
    const found = await readApply(context, id);
    const body = isPage ? applyPage(found) : entryJson(found.entry, found);
    return { status: 200, contentType: isPage ? HTML : JSON_TYPE, body };
  } catch (error) {
    return failed(error, isPage, new Date());
  }
}

function failed(error: unknown, isPage: boolean, at: Date): HttpAnswer {
  const failure = failureOf(error);
  const status = failure.code === 'usage' ? 404 : 503;
  if (isPage) return { status, contentType: HTML, body: failurePage(error, at) };
  return { status, contentType: JSON_TYPE, body: failureJson(failure) };
}

function packed(answer: HttpAnswer, { headers }: HttpRequest): HttpAnswer {
  const { body, stream } = answer;
  const takesGzip = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  if (stream || !takesGzip || body.length < COMPRESSED_FROM_BYTES) return answer;
  const head = { ...answer.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' };
  return { ...answer, headers: head, body: gzipSync(body) };
}
