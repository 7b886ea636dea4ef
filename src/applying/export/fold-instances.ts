/** Instances whose hosts count up, as one entry of a manifest: `db-[001-240]`. */
import { expandHostRange } from '../../manifest/host-range.js';
import type { DesiredInstance } from '../../model/resources.js';
import { foldNames } from '../../rendering/plan/groups.js';

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
