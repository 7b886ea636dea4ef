/**
 * The messages of pgoutput as events;
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
import type { Pgoutput } from 'pg-logical-replication';
import { ResyncRequired, unreachable } from '../model/errors.js';
import { type Lsn, parseLsn, ZERO_LSN } from '../model/lsn.js';
import type { ChangeEvent, Relation, Row } from './change-source.js';

/** Longest logical message that is looked at, in bytes: ours hold a nonce or a name. */
const MAX_MESSAGE_BYTES = 4096;

/** Translates the messages of one session; undefined: the message holds no change. */
export class EventTranslator {
  readonly #relations = new Map<number, Relation>();

  /** Throws `resync-required` when a row's old state or its relation is not in the stream. */
  translate(message: Pgoutput.Message): ChangeEvent | undefined {
    switch (message.tag) {
      case 'begin':
        return {
          kind: 'begin',
          transaction: {
            commitLsn: lsnOf(message.commitLsn),
            xid: message.xid >>> 0, // the library reads xids as signed
            committedAtUs: BigInt(message.commitTime.valueOf()),
          },
        };
      case 'insert':
        return {
          kind: 'insert',
          relation: this.#relation(message.relation),
          row: message.new,
        };
      case 'update':
        return this.#update(message);
      case 'delete':
        return this.#delete(message);
      case 'truncate':
        return { kind: 'truncate', relations: message.relations.map((r) => this.#relation(r)) };
      case 'relation':
        return this.#learn(message);
      case 'message':
        return logicalMessage(message);
      case 'commit':
        return { kind: 'commit', endLsn: lsnOf(message.commitEndLsn) };
      case 'type':
      case 'origin':
        return undefined;
      default:
        return unreachable(message);
    }
  }

  /** As the stream has described it so far; the oid is read as signed. */
  relationOf(oid: number): Relation | undefined {
    return this.#relations.get(oid);
  }

  #update(message: Pgoutput.MessageUpdate): ChangeEvent | undefined {
    const relation = this.#relation(message.relation);
    const old = oldRow(message.old, message.relation);
    return old && { kind: 'update', relation, old, row: message.new };
  }

  #delete(message: Pgoutput.MessageDelete): ChangeEvent | undefined {
    const relation = this.#relation(message.relation);
    const old = oldRow(message.old, message.relation);
    return old && { kind: 'delete', relation, old };
  }

  #learn(message: Pgoutput.MessageRelation): ChangeEvent {
    const columns = message.columns.map(({ name, typeOid }) => ({
      name,
      typeOid: typeOid >>> 0, // the library reads oids as signed
    }));
    const relation = { schema: message.schema, name: message.name, columns };
    this.#relations.set(message.relationOid, relation);
    return { kind: 'relation', relation, fullIdentity: message.replicaIdentity === 'full' };
  }

  /** The library's type does not show that a truncated relation may be one it has not seen. */
  #relation(message: Pgoutput.MessageRelation | undefined): Relation {
    const relation = message && this.relationOf(message.relationOid);
    if (relation === undefined) {
      throw new ResyncRequired('unknown-relation', 'the stream changed an unknown relation');
    }
    return relation;
  }
}

/**
 * undefined: the relation has not REPLICA IDENTITY FULL, as its description in the stream showed,
 * so its changes are of no use; the publication may have such tables beside ours.
 */
function oldRow(old: Row | null, relation: Pgoutput.MessageRelation): Row | undefined {
  if (old !== null) return old;
  if (relation.replicaIdentity !== 'full') return undefined;
  const name = `${relation.schema}.${relation.name}`;
  throw new ResyncRequired('no-old-row', `a change of ${name} came without the old row`);
}

/** The content is a view on a buffer that is used again: it is read at once. */
function logicalMessage(message: Pgoutput.MessageMessage): ChangeEvent | undefined {
  if (message.content.byteLength > MAX_MESSAGE_BYTES) return undefined;
  return {
    kind: 'message',
    prefix: message.prefix,
    content: Buffer.from(message.content).toString('utf8'),
    transactional: message.transactional,
  };
}

function lsnOf(text: string | null): Lsn {
  return text === null ? ZERO_LSN : parseLsn(text);
}
