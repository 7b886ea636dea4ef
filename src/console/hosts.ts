/** What is out of reach when a host goes away. */
import { compareText } from '../model/text.js';
import type { EntryCopies } from '../planning/instances/copies.js';
import { hostKey } from '../planning/kinds/instances.js';

interface HostLoss {
  readonly host: string;
  /** The entries whose every readable copy is on this host. */
  readonly lost: readonly string[];
  /** The entries that have one readable copy left without it, and more now. */
  readonly thin: readonly string[];
}

/**
 * One for each host of `names`, in order of their names; `names` are instances as `host:port`. A
 * host has the first of its spellings.
 */
export function lossesByHost(
  names: Iterable<string>,
  entries: readonly EntryCopies[],
): readonly HostLoss[] {
  const hosts = new Map<string, { host: string; lost: Set<string>; thin: Set<string> }>();
  for (const host of [...names].map(hostOf)) {
    if (hosts.has(hostKey(host))) continue;
    hosts.set(hostKey(host), { host, lost: new Set(), thin: new Set() });
  }
  for (const { entry, readableNow } of entries) {
    const readable = readableNow.map((name) => hostKey(hostOf(name)));
    for (const host of new Set(readable)) {
      const left = readable.filter((one) => one !== host).length;
      const loss = hosts.get(host);
      if (left === 0) loss?.lost.add(entry);
      else if (left === 1) loss?.thin.add(entry);
    }
  }
  return [...hosts.values()]
    .map(({ host, lost, thin }) => ({ host, lost: [...lost], thin: [...thin] }))
    .sort((a, b) => compareText(a.host, b.host));
}

function hostOf(name: string): string {
  return name.replace(/:\d+$/, '');
}
