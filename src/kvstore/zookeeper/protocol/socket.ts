import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** A server, and how to get in. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** PEM texts; undefined: plain text. */
  readonly tls:
    | {
        readonly ca: Buffer | undefined;
        readonly cert: Buffer | undefined;
        readonly key: Buffer | undefined;
      }
    | undefined;
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/** A connection to a server, which begins at once. */
export function openSocket({ host, port, tls }: ServerAddress): Socket {
  if (tls === undefined) return connect({ host, port });
  return connectSecurely({ host, port, ...tls });
}

/** Without the address, which the message has, and without Node's names of system calls. */
export function reasonOf(error: Error): string {
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'connection refused' : error.message;
}
