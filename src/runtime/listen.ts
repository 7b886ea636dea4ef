/** A small HTTP server: the monitoring of this process, and the console. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { LenkwerkError } from '../model/errors.js';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  /** Beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once the head and the body are sent: the answer goes on, until the signal aborts. */
  readonly stream?: (write: (text: string) => void, closed: AbortSignal) => void;
}

export interface HttpRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The address of the client; undefined on a Unix socket. */
  readonly peer: string | undefined;
}

/** For every path; called for GET and HEAD. */
type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** By path; called for GET and HEAD. */
export type HttpRoutes = Readonly<
  Record<string, (query: URLSearchParams) => HttpAnswer | Promise<HttpAnswer>>
>;

export interface HttpListener {
  /** The address it listens on, as in `127.0.0.1:9187`. */
  readonly address: string;
  close(): Promise<void>;
}

const MAX_PORT = 65_535;
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;
const ADDRESS = /^(\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]*):(\d{1,5})$/;

/** Reads `host:port`, `[::1]:port`, `:port` (every address), or a path. Throws `usage`. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  const [, host = '', portText = ''] = ADDRESS.exec(text) ?? [];
  const port = Number(portText);
  if (portText === '' || port > MAX_PORT) {
    throw new LenkwerkError('usage', `not an address to listen on: ${JSON.stringify(text)}`, {
      hint: 'it looks like 127.0.0.1:9187, :9187, or /run/lenkwerk/agent.sock',
    });
  }
  return { kind: 'tcp', host: host === '' ? undefined : host.replace(/^\[(.*)\]$/, '$1'), port };
}

/** Starts the server. Throws `environment` when the address is not available. */
export async function listenHttp(
  address: ListenAddress,
  routes: HttpRoutes | HttpHandler,
): Promise<HttpListener> {
  const handler = typeof routes === 'function' ? routes : handlerOf(routes);
  const server = createServer((request, response) => {
    if (request.socket.destroyed) return;
    answer(handler, request).then(
      (given) => send(response, given, request.method === 'HEAD'),
      () => send(response, plain(500, 'internal error'), false),
    );
  });
  admitOldestLeave(server);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  // Also for a client that does not read its answer.
  server.timeout = REQUEST_TIMEOUT_MS;
  await bind(server, address);
  return {
    address: describeBound(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Connections that ask for nothing, send their request byte by byte or do not read the answer block
 * no other: when there are too many, the one that has waited longest is cut. One that sends the
 * next request before it has its answer is cut as well: what it asks for would pile up.
 */
function admitOldestLeave(server: Server): void {
  const waiting = new Set<Socket>();
  const answered = new Set<Socket>();
  const forget = (socket: Socket) => {
    waiting.delete(socket);
    answered.delete(socket);
  };
  server.on('connection', (socket) => {
    const [oldest] = [...waiting, ...answered];
    if (oldest !== undefined && waiting.size + answered.size >= MAX_CONNECTIONS) {
      forget(oldest);
      oldest.destroy();
    }
    waiting.add(socket);
    socket.once('close', () => forget(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    if (answered.has(socket)) {
      socket.destroy();
      return;
    }
    waiting.delete(socket);
    answered.add(socket);
    response.once('close', () => {
      answered.delete(socket);
      if (!socket.destroyed) waiting.add(socket);
    });
  });
}

function handlerOf(routes: HttpRoutes): HttpHandler {
  return ({ path, query }) => {
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return route?.(query) ?? plain(404, `paths: ${Object.keys(routes).join(' ')}`);
  };
}

async function answer(handler: HttpHandler, request: IncomingMessage): Promise<HttpAnswer> {
  const { method = '', url = '', headers, socket } = request;
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD');
  const [path = '', ...query] = url.split('?');
  const peer = socket.remoteAddress;
  return await handler({ path, query: new URLSearchParams(query.join('?')), headers, peer });
}

/** Text with a line end. */
export function plain(status: number, text: string): HttpAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function send(response: ServerResponse, given: HttpAnswer, headOnly: boolean): void {
  const { status, contentType, body, headers, stream } = given;
  const isStream = stream !== undefined && !headOnly;
  response.writeHead(status, {
    'content-type': contentType,
    ...(isStream ? {} : { 'content-length': Buffer.byteLength(body) }),
    'cache-control': 'no-store',
    ...headers,
  });
  if (!isStream) {
    response.end(headOnly ? undefined : body);
    return;
  }
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  response.write(body);
  // A client that does not read gets no more than one buffer.
  stream((text) => void (response.writableNeedDrain || response.write(text)), closed.signal);
}

function bind(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(bindFailed(error, address)));
    server.once('listening', () => resolve());
    if (address.kind === 'socket') server.listen(address.path);
    else if (address.host === undefined) server.listen(address.port);
    else server.listen(address.port, address.host);
  });
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EADDRINUSE', 'another process listens there'],
  ['EACCES', 'permission denied'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTFOUND', 'the host name is unknown'],
  ['ENOENT', 'there is no such folder'],
]);

function bindFailed(error: Error, address: ListenAddress): LenkwerkError {
  const place =
    address.kind === 'socket' ? address.path : `${address.host ?? ''}:${String(address.port)}`;
  const code = 'code' in error ? error.code : undefined;
  const reason = REASONS.get(code) ?? error.message;
  return new LenkwerkError('environment', `cannot listen on ${place}: ${reason}`, {
    cause: error,
    hint:
      address.kind === 'socket' && code === 'EADDRINUSE'
        ? 'if none does, remove the file'
        : 'give another address to --listen',
  });
}

function describeBound(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return bound ?? '';
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `${host}:${bound.port}`;
}
