import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { StoreServer } from '../../../src/dev/stores/store-server.js';
import type { StoreNode } from './servers.js';

const execute = promisify(execFile);

interface NodePlace {
  readonly port: number;
  /** What is backed up and restored; its copy lies beside it, and is removed with the server. */
  readonly data: string;
}

/** A server of `dev` as a node, whose data are a folder. */
export class ServerNode<Server extends Omit<StoreServer, 'pid'>> implements StoreNode {
  readonly server: Server;
  readonly port: number;
  readonly #data: string;

  constructor(server: Server, { port, data }: NodePlace) {
    this.server = server;
    this.port = port;
    this.#data = data;
  }

  start(): Promise<void> {
    return this.server.start();
  }

  crash(): Promise<void> {
    return this.server.crash();
  }

  freeze(): Promise<void> {
    return this.server.freeze();
  }

  thaw(): Promise<void> {
    return this.server.thaw();
  }

  backUp(): Promise<void> {
    return replaceFolder(this.#copy, this.#data);
  }

  restore(): Promise<void> {
    return replaceFolder(this.#data, this.#copy);
  }

  get #copy(): string {
    return `${this.#data}.copy`;
  }
}

/** With the owners of the files. */
async function replaceFolder(folder: string, source: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await execute('cp', ['-a', source, folder]);
}

/** The port of `127.0.0.1:port`. */
export function portOf(endpoint: string): number {
  return Number(new URL(`http://${endpoint}`).port);
}
