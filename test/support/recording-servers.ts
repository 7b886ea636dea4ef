/** Servers of an attacker: they go along with each client, and record what they are sent. */
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RecordingServer {
  readonly port: number;
  /** Everything that clients sent so far. */
  readonly received: () => string;
  readonly requests: () => number;
}

const GRPC_UNAUTHENTICATED = '16';

/** An etcd that records the messages of every call, and refuses it. Ended with the test. */
export async function recordingEtcd(): Promise<RecordingServer> {
  const chunks: Buffer[] = [];
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createHttp2Server();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('stream', (stream) => {
    requests += 1;
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const headers = { ':status': 200, 'content-type': 'application/grpc' };
    stream.on('end', () => {
      if (stream.destroyed) return;
      stream.respond(
        { ...headers, 'grpc-status': GRPC_UNAUTHENTICATED, 'grpc-message': 'log in' },
        { endStream: true },
      );
    });
  });
  const port = await listening(server, sockets);
  return {
    port,
    received: () => Buffer.concat(chunks).toString('latin1'),
    requests: () => requests,
  };
}

const REQUEST_CODE_LENGTH = 8;
const SSL_REQUEST = 80_877_103;
/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const ASK_FOR_PLAIN_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** A PostgreSQL without TLS, which asks each client for its password in plain text. */
export async function recordingPostgres(): Promise<RecordingServer> {
  const chunks: Buffer[] = [];
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let isAsked = false;
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (chunk.length === REQUEST_CODE_LENGTH && chunk.readInt32BE(4) === SSL_REQUEST) {
        socket.write('N');
      } else if (isAsked) {
        socket.end();
      } else {
        requests += 1;
        isAsked = true;
        socket.write(ASK_FOR_PLAIN_PASSWORD);
      }
    });
  });
  const port = await listening(server, sockets);
  return {
    port,
    received: () => Buffer.concat(chunks).toString('latin1'),
    requests: () => requests,
  };
}

async function listening(server: Server, sockets: ReadonlySet<Socket>): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Servers that answer without end; `sentBytes` shows how much of it clients took. */
interface EndlessServer {
  readonly port: number;
  readonly sentBytes: () => number;
}

const PIECE = Buffer.alloc(64 * 1024, 'x');

function sendWithoutEnd(
  stream: { write(bytes: Buffer): boolean; once(event: 'drain', then: () => void): unknown },
  onSent: (bytes: number) => void,
): void {
  while (stream.write(PIECE)) onSent(PIECE.length);
  onSent(PIECE.length);
  stream.once('drain', () => sendWithoutEnd(stream, onSent));
}

/**
 * A server without TLS that answers what each client sends with `head`, and then without end: a
 * PostgreSQL, or one of another protocol.
 */
export async function endlessTcp(head: Buffer): Promise<EndlessServer> {
  let sent = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (chunk.length === REQUEST_CODE_LENGTH && chunk.readInt32BE(4) === SSL_REQUEST) {
        socket.write('N');
        return;
      }
      socket.write(head);
      sendWithoutEnd(socket, (bytes) => {
        sent += bytes;
      });
    });
  });
  return { port: await listening(server, sockets), sentBytes: () => sent };
}

/** An etcd whose answer to each call claims this length. */
export async function endlessEtcd(lengthBytes: number): Promise<EndlessServer> {
  let sent = 0;
  const sockets = new Set<Socket>();
  const server = createHttp2Server();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(lengthBytes, 1);
    stream.write(head);
    sendWithoutEnd(stream, (bytes) => {
      sent += bytes;
    });
  });
  return { port: await listening(server, sockets), sentBytes: () => sent };
}

/** A Redis that answers with `head`, and then without end. */
export async function endlessRedis(head: string): Promise<EndlessServer> {
  let sent = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(head);
      sendWithoutEnd(socket, (bytes) => {
        sent += bytes;
      });
    });
  });
  return { port: await listening(server, sockets), sentBytes: () => sent };
}
