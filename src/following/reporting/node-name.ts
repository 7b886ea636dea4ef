/** Which of the published instances a node is. */
import { LenkwerkError } from '../../model/errors.js';
import { type RingMember, servermapKey } from '../../model/servermap.js';
import type { KeySpace } from '../../publishing/records/key-space.js';
import type { Changes } from '../../publishing/stream/batch.js';

/** `host_port` of the instance at this place. Throws `usage` where none is published. */
export function nameOfNode(records: Changes, keySpace: KeySpace, place: RingMember): string {
  const key = keySpace.recordKey('postgres_instance', [place.host, String(place.port)]);
  if (records.get(key) !== undefined) return servermapKey(place);
  const message = `no published instance has host ${place.host} and port ${place.port}`;
  throw new LenkwerkError('usage', message, {
    hint: 'give the name of this node, its host and port in the Lenkwerk database: --name host_port',
  });
}
