/** The plan of one field: the status of some instances, which no manifest names. Decision D90. */
import { addressOf } from '../../model/address.js';
import {
  type DesiredState,
  type InstanceStatus,
  NOTHING_MANAGED,
  type RecordedState,
} from '../../model/resources.js';
import { instanceAttributes, instanceName } from '../kinds/instances.js';
import { RECORDED } from '../kinds/section.js';
import { instancesNamed } from './named.js';

/** What `lenkwerk instance set-status` was asked for. */
export interface SetStatus {
  readonly status: InstanceStatus;
  /** Names (`host:port`), or hosts for every instance on them; in a plan names only. */
  readonly instances: readonly string[];
  /** Also where manifests manage the status. */
  readonly override: boolean;
}

interface RequestedStatus {
  /** The instances as they are recorded, of which only these have a status that is desired. */
  readonly desired: DesiredState;
  /** The same request, with the names of the instances. */
  readonly setStatus: SetStatus;
}

/**
 * The request against the recorded instances, so that nothing but the status differs, whatever
 * others changed before. Throws `usage` for an instance that is not registered.
 */
export function requestedStatus(request: SetStatus, recorded: RecordedState): RequestedStatus {
  const { status, instances } = request;
  const named = instancesNamed(recorded.instances, instances);
  const desired = recorded.instances.map(instanceAttributes).map(({ id: _, ...instance }) => ({
    ...instance,
    status: named.has(instanceName(instance)) ? status : undefined,
    source: RECORDED,
  }));
  return {
    desired: { ...NOTHING_MANAGED, instances: desired },
    setStatus: { ...request, instances: [...named] },
  };
}

/** Those of the instances whose status this desired state manages, with that status. */
export function managedStatuses(
  { instances }: Pick<SetStatus, 'instances'>,
  { instances: desired = [], unmanaged }: DesiredState,
): readonly { readonly name: string; readonly status: InstanceStatus }[] {
  const names = new Set(instances);
  return desired.flatMap((instance) => {
    const { status } = instance;
    const name = instanceName(instance);
    const isManaged = status !== undefined && !unmanaged.includes(addressOf('instance', instance));
    return isManaged && names.has(name) ? [{ name, status }] : [];
  });
}
