/** Which objects the loader of manifests refuses. */
import { MAX_BYTES } from '../../manifest/allowance.js';
import { ProblemsError } from '../../manifest/problems/diagnostic.js';
import { writeManifest } from '../../manifest/write-manifest.js';
import { addressOf } from '../../model/address.js';
import { LenkwerkError } from '../../model/errors.js';
import { formatJson } from '../../model/json.js';
import type { Section } from '../../model/kinds.js';
import { type DesiredState, NOTHING_MANAGED } from '../../model/resources.js';
import { PLANNED_SECTIONS } from '../../planning/kinds/registry.js';
import { desiredOfText } from '../plan/plan-file.js';

/** A recorded object that no manifest can hold. */
export interface LeftOut {
  readonly address: string;
  /** In one clause. */
  readonly reason: string;
}

/**
 * Objects of this state that have to be left out before a manifest of the others is loaded; not all
 * of them need to be found at once. The loader names places in a text, and at most fifty, so the
 * objects of a section are halved until those are left that it refuses alone. Throws
 * `invalid-input` where it refuses the whole, but nothing of it alone.
 */
export async function unloadable(desired: DesiredState): Promise<readonly LeftOut[]> {
  const whole = await refusalOf(desired);
  if (whole === undefined) return [];
  for (const section of PLANNED_SECTIONS) {
    const found = await refusedIn(section, desired, addressesIn(section, desired));
    if (found.length > 0) return found;
  }
  const [largest] = (desired.config ?? [])
    .map(({ key, value }) => ({ key, length: formatJson(value).length }))
    .sort((a, b) => b.length - a.length);
  if (largest === undefined) throw new LenkwerkError('invalid-input', `too much: ${whole}`);
  const reason = `its ${largest.length} characters are too many beside the other objects`;
  return [{ address: addressOf('config', largest), reason }];
}

async function refusedIn(
  section: Section,
  desired: DesiredState,
  addresses: readonly string[],
): Promise<readonly LeftOut[]> {
  const reason = await refusalOf(partOf(section, desired, new Set(addresses)));
  if (reason === undefined) return [];
  const [address] = addresses;
  if (addresses.length === 1 && address !== undefined) return [{ address, reason }];
  const middle = addresses.length >> 1;
  return [
    ...(await refusedIn(section, desired, addresses.slice(0, middle))),
    ...(await refusedIn(section, desired, addresses.slice(middle))),
  ];
}

function addressesIn(section: Section, desired: DesiredState): readonly string[] {
  const { instances = [], dimensions = [], indexes = [], config = [], servermap } = desired;
  switch (section) {
    case 'instances':
      return instances.map((one) => addressOf('instance', one));
    case 'dimensions':
      return dimensions.map((one) => addressOf('dimension', one));
    case 'indexes':
      return indexes.map((one) => addressOf('index', one));
    case 'config':
      return config.map((one) => addressOf('config', one));
    case 'servermap':
      return servermap === undefined ? [] : [addressOf('servermap', {})];
  }
}

/** These objects of a section, and what the loader compares them with. */
function partOf(
  section: Section,
  desired: DesiredState,
  addresses: ReadonlySet<string>,
): DesiredState {
  const part = { ...NOTHING_MANAGED, unmanaged: desired.unmanaged };
  const { instances, dimensions, indexes, config, servermap } = desired;
  switch (section) {
    case 'instances':
      return {
        ...part,
        instances: instances?.filter((one) => addresses.has(addressOf('instance', one))),
      };
    case 'dimensions':
      return {
        ...part,
        dimensions: dimensions?.filter((one) => addresses.has(addressOf('dimension', one))),
      };
    case 'indexes':
      return {
        ...part,
        indexes: indexes?.filter((one) => addresses.has(addressOf('index', one))),
        config: config?.filter(({ key }) => key === 'additional_index_types'),
      };
    case 'config':
      return { ...part, config: config?.filter((one) => addresses.has(addressOf('config', one))) };
    case 'servermap':
      return { ...part, instances, servermap };
  }
}

/** Why the manifest of this state is refused; undefined where it is loaded. */
async function refusalOf(desired: DesiredState): Promise<string | undefined> {
  const text = writeManifest(desired);
  if (Buffer.byteLength(text) > MAX_BYTES) return `larger than ${MAX_BYTES / 1024 / 1024} MiB`;
  try {
    await desiredOfText(text, 'the export');
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const [first] = error.problems;
    const field = first === undefined ? '' : withoutObject(first.path);
    return field === '' ? first?.message : `${field}: ${first?.message}`;
  }
}

/** `instances[3].host` is `host`, `config.kafka_broker` is nothing. */
function withoutObject(path: string): string {
  return path.replace(/^(?:\w+\[\d+\]|config(?:\.[\w-]+|\[".*"\])|servermap)\.?/s, '');
}
