/** What the client returns for a reply of the server, checked: it is any data at first. */
import { LenkwerkError } from '../../../model/errors.js';

/** A list of texts, in which null stands for what does not exist. Throws `store-rejected`. */
export function textsOf(reply: unknown): readonly (string | null)[] {
  return listOf(reply).map((item) => (item === null ? null : textOf(item)));
}

/** Throws `store-rejected`. */
export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : unexpected();
}

/** Throws `store-rejected`. */
export function textOf(reply: unknown): string {
  return typeof reply === 'string' ? reply : unexpected();
}

/** What a server reports about itself. */
export interface ServerFacts {
  /** `redis` or `valkey`. */
  readonly server: string;
  readonly version: string;
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode: string;
  /** `master` or `replica`; `sentinel`, which has none. */
  readonly role: string;
}

/** The reply to HELLO (https://redis.io/docs/latest/commands/hello/). Throws `store-rejected`. */
export function factsOf(reply: unknown): ServerFacts {
  const isObject = typeof reply === 'object' && reply !== null;
  const facts = new Map<string, unknown>(isObject ? Object.entries(reply) : []);
  const field = (name: string) => textOf(facts.get(name));
  const mode = field('mode');
  const role = mode === 'sentinel' ? mode : field('role');
  return { server: field('server'), version: field('version'), mode, role };
}

function unexpected(): never {
  const message = 'the server answers with something else than Redis and Valkey do';
  throw new LenkwerkError('store-rejected', message);
}
