/** The instances that a person names on a command line. */
import { LenkwerkError } from '../../model/errors.js';
import { foldNames } from '../../model/names.js';
import type { RecordedInstance } from '../../model/resources.js';
import { nearestName } from '../../model/text.js';
import { hostKey, instanceName } from '../kinds/instances.js';

const KNOWN_NAMED = 10;

/**
 * The names (`host:port`) of the instances that `given` denotes: each is such a name, or a host in
 * any spelling, which stands for every instance on it. Throws `usage` for one that is not
 * registered.
 */
export function instancesNamed(
  instances: readonly RecordedInstance[],
  given: readonly string[],
): ReadonlySet<string> {
  const named = new Set<string>();
  for (const text of given) {
    const exact = instances.filter((instance) => instanceName(instance) === text);
    const onHost = () => instances.filter(({ host }) => hostKey(host) === hostKey(text));
    const found = exact.length > 0 ? exact : onHost();
    if (found.length === 0) throw unknownInstance(text, instances);
    for (const instance of found) named.add(instanceName(instance));
  }
  return named;
}

function unknownInstance(text: string, instances: readonly RecordedInstance[]): LenkwerkError {
  const names = instances.map(instanceName);
  const nearest = nearestName(text, [...names, ...instances.map(({ host }) => host)]);
  const known = foldNames(names);
  const more = known.length > KNOWN_NAMED ? `, and ${known.length - KNOWN_NAMED} more` : '';
  const list = known.length === 0 ? 'none' : known.slice(0, KNOWN_NAMED).join(', ') + more;
  return new LenkwerkError('usage', `no instance ${text} is registered`, {
    hint: nearest === undefined ? `registered: ${list}` : `did you mean ${nearest}?`,
  });
}
