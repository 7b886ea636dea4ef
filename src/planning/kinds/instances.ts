import { type AddressParts, addressOf } from '../../model/address.js';
import {
  type DesiredInstance,
  INSTANCE_STATUSES,
  type InstanceStatus,
  type RecordedInstance,
  type RecordedState,
} from '../../model/resources.js';
import { compareText } from '../../model/text.js';
import type { Change, ChangeOf, InstanceAttributes } from '../change.js';
import { NO_NOTICES, narrowList, RECORDED, type SectionPlanner } from './section.js';

type InstanceChange = ChangeOf<'instance'>;

/** How the section `instances` is planned. */
export const INSTANCES: SectionPlanner<'instances'> = {
  plan: ({ desired, managed }) => ({
    changes: planInstances(desired.instances, managed.instances),
    problems: [],
  }),
  notices: NO_NOTICES,
  addresses: ({ desired: { instances = [] } }) => instances.map(address),
  fromRecorded: ({ instances }) => ({
    instances: instances
      .map(instanceAttributes)
      .map(({ id: _, ...instance }) => ({ ...instance, source: RECORDED }))
      .sort((a, b) => compareText(a.host, b.host) || a.port - b.port),
  }),
  narrow: ({ desired, kept, chosen }) => ({
    instances: narrowList(desired.instances, kept.instances, (one) => chosen(address(one))),
  }),
};

function address(instance: AddressParts<'instance'>): string {
  return addressOf('instance', instance);
}

const STATUS_OF_NEW_INSTANCE: InstanceStatus = 'offline';

/** Its name in plans, servermaps and messages: `host:port`. */
export function instanceName(instance: { readonly host: string; readonly port: number }): string {
  return `${instance.host}:${instance.port}`;
}

/**
 * The same text for every spelling of a host name: case does not count, nor does the dot of the
 * root. https://www.rfc-editor.org/rfc/rfc4343
 */
export function hostKey(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** An instance as a plan holds it. */
export function instanceAttributes(recorded: RecordedInstance): InstanceAttributes {
  const { id, host, port, username, status } = recorded;
  return { id, host, port, username, status: INSTANCE_STATUSES[status] ?? STATUS_OF_NEW_INSTANCE };
}

/** Every instance as it will be recorded after the changes; with its id where known. */
export function instancesAfter(
  recorded: RecordedState,
  changes: readonly Change[],
): readonly InstanceAttributes[] {
  const after = new Map(
    recorded.instances.map((row) => [instanceName(row), instanceAttributes(row)]),
  );
  for (const change of changes) {
    if (change.kind !== 'instance') continue;
    if (change.before !== null) after.delete(instanceName(change.before));
    if (change.after !== null) after.set(instanceName(change.after), change.after);
  }
  return [...after.values()];
}

function planInstances(
  desired: readonly DesiredInstance[] | undefined,
  recorded: readonly RecordedInstance[],
): readonly InstanceChange[] {
  if (desired === undefined) return [];
  const remaining = new Map(recorded.map((row) => [instanceName(row), instanceAttributes(row)]));
  const changes: InstanceChange[] = [];
  for (const wanted of desired) {
    const name = instanceName(wanted);
    const before = remaining.get(name);
    remaining.delete(name);
    const change = before === undefined ? creation(wanted) : update(before, wanted);
    if (change !== undefined) changes.push(change);
  }
  for (const before of remaining.values()) changes.push(deletion(before));
  return changes;
}

function newInstance(wanted: DesiredInstance): InstanceAttributes {
  const { host, port, username, status } = wanted;
  return { host, port, username, status: status ?? STATUS_OF_NEW_INSTANCE };
}

function creation(wanted: DesiredInstance): InstanceChange {
  return {
    kind: 'instance',
    address: address(wanted),
    action: 'create',
    before: null,
    after: newInstance(wanted),
    reason: 'not registered yet',
    source: wanted.source,
    dangers: [],
  };
}

function update(before: InstanceAttributes, wanted: DesiredInstance): InstanceChange | undefined {
  const status = wanted.status ?? before.status;
  if (before.username === wanted.username && before.status === status) return undefined;
  const after = { ...before, username: wanted.username, status };
  return {
    kind: 'instance',
    address: address(before),
    action: 'update',
    before,
    after,
    reason: before.status === status ? 'the user name differs' : 'the status differs',
    source: wanted.source,
    dangers: [],
  };
}

function deletion(before: InstanceAttributes): InstanceChange {
  return {
    kind: 'instance',
    address: address(before),
    action: 'delete',
    before,
    after: null,
    reason: 'no manifest names it',
    source: null,
    dangers: ['delete:instance'],
  };
}
