/** Which of the published instances a node is. */
import { LenkwerkError } from '../../model/errors.js';
import { isJsonObject, JsonNumber, tryParseJson } from '../../model/json.js';
import { type RingMember, servermapKey } from '../../model/servermap.js';
import type { KeySpace } from '../../publishing/records/key-space.js';
import type { Changes } from '../../publishing/stream/batch.js';

/** `host_port` of the instance at this place. Throws `usage` where none is published. */
export function nameOfNode(records: Changes, keySpace: KeySpace, place: RingMember): string {
  const found = instancesIn(records, keySpace).some(
    ({ host, port }) => host === place.host && port === place.port,
  );
  if (found) return servermapKey(place);
  const message = `no published instance has host ${place.host} and port ${place.port}`;
  throw new LenkwerkError('usage', message, {
    hint: 'give the name of this node, its host and port in the Lenkwerk database: --name host_port',
  });
}

function instancesIn(records: Changes, keySpace: KeySpace): readonly RingMember[] {
  return [...records].flatMap(([key, record]) => {
    if (keySpace.tableOfKey(key) !== 'postgres_instance' || record === undefined) return [];
    const fields = tryParseJson(record);
    if (fields === undefined || !isJsonObject(fields)) return [];
    const [host, port] = [fields.get('host'), fields.get('port')];
    if (typeof host !== 'string' || !(port instanceof JsonNumber)) return [];
    return [{ host, port: Number(port.text) }];
  });
}
