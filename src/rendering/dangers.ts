/** What each danger means for the cluster, in one clause for the reader of a plan. */
import type { Danger } from '../planning/change.js';

const MEANINGS: Readonly<Record<Danger, string>> = {
  'delete:instance': 'an instance leaves the cluster state for good',
  'delete:config': 'a configuration value is removed',
  'expire:dimension': 'partitions are no longer split by this field',
  'expire:index': 'later partitions lack this index',
  'reorder:dimension': 'the order of dimensions names the partitions',
  'copies:offline': 'every copy of some data would be unreadable',
  'copies:same-host': 'both copies of some data would lie on one host',
  'servermap:drops-data': 'an instance leaves that may still hold data younger than retain_hrs',
  'deletes:many': 'an unusually large part of a section goes away',
  'expression:unvetted': 'an expression runs inside the storage nodes and could not be vetted',
};

export function meaningOf(danger: Danger): string {
  return MEANINGS[danger];
}
