/** The servermap, version 1: the instances that accept new data, and those that hold its copies. */
import { JsonNumber, type JsonObject, type JsonValue } from './json.js';
import { compareText } from './text.js';

/** The beginning of the statement that adds a generation; values or a query follow. */
export const INSERT_GENERATION = 'INSERT INTO storage.servermap (server_map)';

/** The member `version` of every map that this program writes. */
export const SERVERMAP_VERSION = 1;

/**
 * The properties of an instance that the servermap depends on; its id is unknown before it is
 * recorded.
 */
export interface RingMember {
  readonly host: string;
  readonly port: number;
}

interface RingPair<Member extends RingMember> {
  readonly first: Member;
  readonly second: Member;
}

/** The key of an instance's entry. */
export function servermapKey(member: RingMember): string {
  return `${member.host}_${member.port}`;
}

/** The distance of the second copy on the ring: the largest number of instances on one host. */
export function rotateNum(members: readonly RingMember[]): number {
  const perHost = new Map<string, number>();
  let most = 0;
  for (const { host } of members) {
    const count = (perHost.get(host) ?? 0) + 1;
    perHost.set(host, count);
    most = Math.max(most, count);
  }
  return most;
}

/** The standard algorithm: in order of host and port, each with the one `rotateNum` further on. */
export function pairRing<Member extends RingMember>(
  members: readonly Member[],
): readonly RingPair<Member>[] {
  const ring = [...members].sort((a, b) => compareText(a.host, b.host) || a.port - b.port);
  const distance = rotateNum(ring);
  return ring.map((first, position) => ({
    first,
    second: ring[(position + distance) % ring.length] ?? first,
  }));
}

/** The document that the standard algorithm computes for recorded instances. */
export function ringServermap(
  instances: readonly (RingMember & { readonly id: number })[],
): JsonObject {
  const map = new Map<string, JsonValue>([['version', integer(SERVERMAP_VERSION)]]);
  for (const { first, second } of pairRing(instances)) {
    const copies = [reference(first), reference(second)];
    map.set(
      servermapKey(first),
      new Map<string, JsonValue>([
        ['schaufel', reference(first)],
        ['copies', copies],
      ]),
    );
  }
  return map;
}

function reference(instance: RingMember & { readonly id: number }): JsonObject {
  return new Map<string, JsonValue>([
    ['id', integer(instance.id)],
    ['host', instance.host],
    ['port', integer(instance.port)],
  ]);
}

function integer(value: number): JsonNumber {
  return new JsonNumber(String(value));
}
