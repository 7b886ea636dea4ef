/** Parts of a plan: patterns on addresses, and which addresses they stand for. */
import { LenkwerkError } from '../model/errors.js';
import { dimensionPointer } from '../model/json-pointer.js';
import { nearestName } from '../model/nearest-name.js';
import type { DesiredState, RecordedState } from '../model/resources.js';

/** `*` stands for any characters, `?` for one. */
export interface Selection {
  /** None: everything that is not excluded. */
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
}

/** True for the address of what is to be planned. A field goes with its index. */
export function isSelected(address: string, { targets, excludes }: Selection): boolean {
  const names = [address, indexOfField(address)].filter((name) => name !== undefined);
  const matches = (patterns: readonly string[]): boolean =>
    names.some((name) => patterns.some((pattern) => matchesPattern(name, pattern)));
  return (targets.length === 0 || matches(targets)) && !matches(excludes);
}

/**
 * Throws `usage`, with the nearest address, for a pattern that stands for nothing desired or
 * recorded. For the plan that is asked for: once it is carried out, what it deleted is gone.
 */
export function requireMatches(
  selection: Selection,
  desired: DesiredState,
  recorded: RecordedState,
): void {
  const known = [...knownAddresses(desired, recorded)];
  for (const pattern of [...selection.targets, ...selection.excludes]) {
    if (known.some((address) => matchesPattern(address, pattern))) continue;
    const nearest = nearestName(pattern, known);
    throw new LenkwerkError('usage', `no address matches ${pattern}`, {
      hint:
        nearest === undefined
          ? 'addresses look like instance/HOST:PORT, index/NAME, config/KEY, servermap'
          : `did you mean ${nearest}?`,
    });
  }
}

/** Of everything that is desired or recorded. */
function knownAddresses(desired: DesiredState, recorded: RecordedState): Set<string> {
  const indexNames = new Map(recorded.indexes.map(({ id, indexname }) => [id, indexname]));
  return new Set([
    ...[...(desired.config ?? []), ...recorded.config].map(({ key }) => `config/${key}`),
    ...[...(desired.instances ?? []), ...recorded.instances].map(
      ({ host, port }) => `instance/${host}:${port}`,
    ),
    ...(desired.dimensions ?? []).map(({ field }) => `dimension/${field}`),
    ...recorded.dimensions.map(({ fieldname }) => `dimension/${dimensionPointer(fieldname)}`),
    ...(desired.indexes ?? []).flatMap(({ name, fields }) => [
      `index/${name}`,
      ...fields.map((_, at) => `index/${name}/field/${at}`),
    ]),
    ...[...indexNames.values()].map((name) => `index/${name}`),
    ...recorded.indexFields.map(
      ({ indexId, ordinality }) => `index/${indexNames.get(indexId)}/field/${ordinality}`,
    ),
    ...(desired.servermap === undefined && recorded.servermap === undefined ? [] : ['servermap']),
  ]);
}

function indexOfField(address: string): string | undefined {
  return /^(index\/.*)\/field\/\d+$/s.exec(address)?.[1];
}

/** In linear time but for one factor: patterns may come from a plan file. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next++;
      resume = at;
    } else if (pattern[next] === '?' || pattern[next] === text[at]) {
      next++;
      at++;
    } else if (star !== -1) {
      next = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}
