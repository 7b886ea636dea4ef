/** Ranges of hosts: `storage-[001-120].dc1` denotes 120 hosts. */
import { foldNames } from '../model/names.js';
import type { DesiredInstance } from '../model/resources.js';

/** The number of hosts that one entry may denote. */
const MAX_HOSTS_PER_ENTRY = 10_000;

type HostRange =
  | { readonly kind: 'hosts'; readonly hosts: readonly string[] }
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string };

const RANGE = /\[(\d{1,9})-(\d{1,9})\]/;

/**
 * Expands every `[first-last]` of a host name; several multiply, the last one runs fastest. Numbers
 * are padded with zeros to the width of `first`.
 */
export function expandHostRange(pattern: string): HostRange {
  let hosts: readonly string[] = [''];
  let rest = pattern;
  for (let match = RANGE.exec(rest); match !== null; match = RANGE.exec(rest)) {
    const [whole, first = '', last = ''] = match;
    const literal = rest.slice(0, match.index);
    const count = Number(last) - Number(first) + 1;
    if (count < 1) return { kind: 'problem', ...reversed(whole, first, last) };
    if (hosts.length * count > MAX_HOSTS_PER_ENTRY) return { kind: 'problem', ...tooMany(pattern) };
    const numbers = Array.from({ length: count }, (_, i) =>
      padded(Number(first) + i, first.length),
    );
    hosts = hosts.flatMap((host) => numbers.map((number) => `${host}${literal}${number}`));
    rest = rest.slice(match.index + whole.length);
  }
  if (/[[\]]/.test(pattern.replaceAll(new RegExp(RANGE, 'g'), ''))) {
    return { kind: 'problem', ...malformed(pattern) };
  }
  const trouble = noHost(pattern);
  if (trouble !== undefined) return { kind: 'problem', ...trouble };
  return { kind: 'hosts', hosts: hosts.map((host) => host + rest) };
}

/** What people write into the field of a host, and no host has. */
function noHost(text: string): { message: string; hint: string } | undefined {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(text) ?? [];
  if (host !== undefined && port !== undefined) {
    return { message: `${text} is a host with a port`, hint: `write host: ${host}, port: ${port}` };
  }
  if (/[{}*]/.test(text)) {
    const range = text.replace(/\{(\d+)(?:\.\.|-)(\d+)\}/g, '[$1-$2]');
    const example = /[{}*]/.test(range) ? 'storage-[001-120]' : range;
    return { message: `${text} is no range of hosts`, hint: `ranges are written ${example}` };
  }
  if (text.includes(',')) {
    return { message: `${text} is a list`, hint: 'write an entry for each host, or a range' };
  }
  if (!text.includes('@')) return undefined;
  return { message: `${text} holds an @`, hint: 'the user name stands under username' };
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

function reversed(range: string, first: string, last: string): { message: string; hint: string } {
  return { message: `the range ${range} ends before it begins`, hint: `write [${last}-${first}]` };
}

function tooMany(pattern: string): { message: string } {
  return { message: `${pattern} stands for more than ${MAX_HOSTS_PER_ENTRY} hosts` };
}

function malformed(pattern: string): { message: string; hint: string } {
  const message = `a bracket in ${pattern} is not part of a range`;
  return { message, hint: 'a range is written [001-120]; an IPv6 address has no brackets' };
}

// The other way round: instances whose hosts count up become one entry.

/**
 * The same instances with ranges in place of hosts, where that is read as the same hosts. Sorted
 * by their first host, then by port, as the given ones are.
 */
export function foldInstances(instances: readonly DesiredInstance[]): readonly DesiredInstance[] {
  const alike = new Map<string, DesiredInstance[]>();
  for (const instance of instances) {
    const { port, username, status } = instance;
    const key = JSON.stringify([port, username, status]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [instance]);
    else group.push(instance);
  }
  const places = new Map(instances.map(({ host, port }, at) => [`${host}:${port}`, at]));
  const placeOf = ({ host, port }: DesiredInstance) => places.get(`${hostsOf(host)[0]}:${port}`);
  return [...alike.values()]
    .flatMap(foldGroup)
    .sort((a, b) => (placeOf(a) ?? 0) - (placeOf(b) ?? 0));
}

function foldGroup(group: readonly DesiredInstance[]): readonly DesiredInstance[] {
  const [first] = group;
  if (first === undefined) return [];
  const hosts = group.map(({ host }) => host);
  const folded = foldNames(hosts);
  const same = JSON.stringify(folded.flatMap(hostsOf).sort()) === JSON.stringify(hosts.sort());
  return same ? folded.map((host) => ({ ...first, host })) : group;
}

function hostsOf(pattern: string): readonly string[] {
  const range = expandHostRange(pattern);
  return range.kind === 'hosts' ? range.hosts : [];
}
