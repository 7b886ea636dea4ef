/** The servermap: a new generation exactly when the desired map differs in meaning. */
import { addressOf } from '../../model/address.js';
import {
  equalJson,
  formatJson,
  isJsonArray,
  isJsonObject,
  JsonNumber,
  type JsonValue,
  tryParseJson,
} from '../../model/json.js';
import type {
  DesiredServermap,
  PlacedCopies,
  RecordedServermap,
  RecordedState,
} from '../../model/resources.js';
import { pairRing, ringServermap, SERVERMAP_VERSION, servermapKey } from '../../model/servermap.js';
import type {
  ChangeOf,
  InstanceAttributes,
  ServermapAttributes,
  ServermapEntry,
} from '../change.js';
import type { PlanProblem } from '../problems.js';
import { hostKey, instanceName, instancesAfter } from './instances.js';
import {
  NO_NOTICES,
  RECORDED,
  readRecordedJson,
  type SectionPlan,
  type SectionPlanner,
  type SectionRequest,
} from './section.js';

const ADDRESS = addressOf('servermap', {});

/** How the section `servermap` is planned. */
export const SERVERMAP: SectionPlanner<'servermap'> = {
  plan: planServermap,
  notices: NO_NOTICES,
  addresses: ({ desired: { servermap } }) => (servermap === undefined ? [] : [ADDRESS]),
  fromRecorded: (recorded) => ({ servermap: asDesired(recorded) }),
  narrow: ({ desired, chosen }) => ({
    servermap: chosen(ADDRESS) ? desired.servermap : undefined,
  }),
};

/** The standard algorithm where it gives the current map, else that map as a literal. */
function asDesired({ servermap, instances }: RecordedState): DesiredServermap | undefined {
  if (servermap === undefined) return undefined;
  const map = readRecordedJson(servermap.map, 'the servermap');
  const standard = equalJson(map, ringServermap(instances));
  if (standard) return { algorithm: 'ring', source: RECORDED };
  return { algorithm: 'literal', map, source: RECORDED };
}

function planServermap(request: SectionRequest): SectionPlan {
  const desired = request.desired.servermap;
  if (desired === undefined) return { changes: [], problems: [] };
  const recorded = request.recorded.servermap;
  const current = recorded === undefined ? undefined : tryParseJson(recorded.map);
  const instances = instancesAfter(request.recorded, request.changes);
  const wanted = wantedMap(desired, instances);
  if (current !== undefined && wanted !== undefined && equalJson(current, wanted)) {
    return { changes: [], problems: [] };
  }
  const after = attributesOf(desired, instances);
  const change: ChangeOf<'servermap'> = {
    kind: 'servermap',
    address: ADDRESS,
    action: recorded === undefined ? 'create' : 'update',
    before: recorded === undefined ? null : describe(recorded, current),
    after,
    reason: recorded === undefined ? 'no generation yet' : 'the desired map differs in meaning',
    source: desired.source,
    dangers: sameHost(after),
  };
  return { changes: [change], problems: unknownMembers(change, instances) };
}

/** A map that names what is not recorded sends data nowhere, and no export could list it. */
function unknownMembers(
  { after, source }: ChangeOf<'servermap'>,
  instances: readonly InstanceAttributes[],
): readonly PlanProblem[] {
  const entries = after?.algorithm === 'literal' ? entriesOfText(after.map) : [];
  const known = new Set(instances.map(instanceName));
  const unknown = new Set(
    entries
      .flatMap(({ schaufel, copies }) => [schaufel, ...copies])
      .filter((one) => !known.has(one)),
  );
  return [...unknown].map((name) => ({
    address: ADDRESS,
    message: `the map names ${name}, which is not among the instances`,
    hint: 'list it under instances, or write algorithm: ring',
    source,
  }));
}

/** undefined while an instance of the ring has no id yet: then the map certainly differs. */
function wantedMap(
  desired: DesiredServermap,
  instances: readonly InstanceAttributes[],
): JsonValue | undefined {
  if (desired.algorithm === 'literal') return desired.map;
  const members = instances.flatMap(({ id, host, port }) =>
    id === undefined ? [] : [{ id, host, port }],
  );
  return members.length === instances.length ? ringServermap(members) : undefined;
}

function attributesOf(
  desired: DesiredServermap,
  instances: readonly InstanceAttributes[],
): ServermapAttributes {
  if (desired.algorithm === 'literal') {
    return { algorithm: 'literal', map: formatJson(desired.map) };
  }
  const entries = pairRing(instances).map(({ first, second }) => ({
    key: servermapKey(first),
    schaufel: instanceName(first),
    copies: [instanceName(first), instanceName(second)],
  }));
  return { algorithm: 'ring', entries };
}

function describe(recorded: RecordedServermap, map: JsonValue | undefined): ServermapAttributes {
  const entries = map === undefined ? undefined : servermapEntries(map);
  if (entries === undefined) return { algorithm: 'literal', map: recorded.map };
  return { algorithm: 'ring', entries };
}

/** The entries of a version 1 map by instance names; undefined for any other document. */
function servermapEntries(map: JsonValue): readonly ServermapEntry[] | undefined {
  if (!isJsonObject(map) || !isVersion1(map.get('version'))) return undefined;
  const entries: ServermapEntry[] = [];
  for (const [key, value] of map) {
    if (key === 'version') continue;
    if (!isJsonObject(value)) return undefined;
    const schaufel = referenceName(value.get('schaufel'));
    const copies = value.get('copies');
    if (schaufel === undefined || copies === undefined || !isJsonArray(copies)) return undefined;
    const names = copies.map(referenceName).filter((name) => name !== undefined);
    if (names.length !== copies.length) return undefined;
    entries.push({ key, schaufel, copies: names });
  }
  return entries;
}

function isVersion1(version: JsonValue | undefined): boolean {
  return version instanceof JsonNumber && version.text === String(SERVERMAP_VERSION);
}

/**
 * The copies of each entry of the text of a map as far as it has them, also in a document that is
 * no version 1 map: what it names may hold data.
 */
export function copiesOfText(text: string): readonly Omit<PlacedCopies, 'generations'>[] {
  const map = tryParseJson(text);
  if (map === undefined || !isJsonObject(map)) return [];
  return [...map].flatMap(([entry, value]) => {
    const listed = isJsonObject(value) ? value.get('copies') : undefined;
    if (listed === undefined || !isJsonArray(listed)) return [];
    const copies = listed.map(referenceName).filter((name) => name !== undefined);
    return copies.length === 0 ? [] : [{ entry, copies }];
  });
}

/** The entries of the text of a version 1 map; none for other text. */
function entriesOfText(text: string): readonly ServermapEntry[] {
  const map = tryParseJson(text);
  return (map === undefined ? undefined : servermapEntries(map)) ?? [];
}

function referenceName(value: JsonValue | undefined): string | undefined {
  if (value === undefined || !isJsonObject(value)) return undefined;
  const host = value.get('host');
  const port = value.get('port');
  if (typeof host !== 'string') return undefined;
  if (typeof port === 'string') return `${host}:${port}`;
  return port instanceof JsonNumber ? `${host}:${port.text}` : undefined;
}

/** The entries of a map as a plan has it; none for a literal that is no version 1 map. */
export function entriesOf(map: ServermapAttributes): readonly ServermapEntry[] {
  return map.algorithm === 'ring' ? map.entries : entriesOfText(map.map);
}

function sameHost(map: ServermapAttributes): ChangeOf<'servermap'>['dangers'] {
  const shared = entriesOf(map).some(({ copies }) => {
    const hosts = copies.map((name) => hostKey(name.slice(0, name.lastIndexOf(':'))));
    return new Set(hosts).size < hosts.length;
  });
  return shared ? ['copies:same-host'] : [];
}
