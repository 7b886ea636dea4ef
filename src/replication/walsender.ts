/**
 * What is said to a walsender, and expected of it, beside the library: status messages with exact
 * positions, events that are held until the agent knows where it stands, and the proof that the
 * stream continues what was published.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
import { assert, ResyncRequired } from '../model/errors.js';
import type { Lsn } from '../model/lsn.js';
import type { ChangeEvent, ChangeHandler, TransactionId } from './change-source.js';

/** Milliseconds from 1970 to 2000, where PostgreSQL's time begins. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const STATUS_BYTES = 34;

/**
 * Standby status update, as the CopyData message that carries it. Everything before `durable` is
 * confirmed; zero confirms nothing, and only shows the server that its client is alive.
 */
export function statusMessage(durable: Lsn, nowMs: number, asksForReply: boolean): Buffer {
  const message = Buffer.alloc(1 + 4 + STATUS_BYTES);
  message.write('d', 0, 'latin1');
  message.writeInt32BE(4 + STATUS_BYTES, 1);
  message.write('r', 5, 'latin1');
  for (const offset of [6, 14, 22]) message.writeBigUInt64BE(durable, offset);
  message.writeBigInt64BE(BigInt(Math.trunc((nowMs - POSTGRES_EPOCH_MS) * 1000)), 30);
  message.writeUInt8(asksForReply ? 1 : 0, 38);
  return message;
}

/** Keeps what arrives between START_REPLICATION and the moment from which it can be handled. */
export class HeldEvents {
  readonly #held: ChangeEvent[] = [];
  #handler: ChangeHandler | undefined;

  readonly receive: ChangeHandler = (event) => {
    if (this.#handler === undefined) this.#held.push(event);
    else this.#handler(event);
  };

  /** Hands over what was kept, then everything as it arrives. Throws what the handler throws. */
  open(handler: ChangeHandler): void {
    assert(this.#handler === undefined, 'events are handed over once');
    this.#handler = handler;
    for (const event of this.#held) handler(event);
    this.#held.length = 0;
  }
}

/** Where the records of the store stand, as far as a stream has to continue it. */
export interface StreamClaim {
  /** The last whole transaction that was published, or the consistent point of a resync. */
  readonly witness: { readonly endLsn: Lsn; readonly transaction: TransactionId | undefined };
  /** The last transaction of a batch of which parts are in the store. */
  readonly partOf: TransactionId | undefined;
  /** Where the slot was confirmed when the stream began. */
  readonly confirmed: Lsn;
  /** The end of the server's log on disk, once the slot was held. */
  readonly flushLsn: Lsn;
}

/**
 * Holds the stream against what the store claims. The witness has to come before anything that was
 * committed at its place or after it; and while a transaction of which parts are in the store has
 * not come, nothing may come that stands at its place in another history.
 */
export class ContinuityProof {
  readonly #claim: StreamClaim;
  #isProved: boolean;
  #hasPartOf: boolean;

  constructor(claim: StreamClaim) {
    this.#claim = claim;
    this.#isProved = claim.confirmed >= claim.witness.endLsn;
    this.#hasPartOf = claim.partOf === undefined;
  }

  /** Before that nothing may be written or confirmed. */
  get isProved(): boolean {
    return this.#isProved;
  }

  /**
   * A transaction begins: `drop` when it is published already. Throws `resync-required` when the
   * stream shows another history.
   */
  begin(transaction: TransactionId): 'drop' | 'publish' {
    if (!this.#isProved) return this.#beginUnproved(transaction);
    this.#checkPartOf(transaction);
    return 'publish';
  }

  /** The server has nothing more before `walEnd`. Throws `resync-required` as `begin` does. */
  keepalive(walEnd: Lsn): void {
    const { witness, partOf, flushLsn } = this.#claim;
    if (!this.#isProved && walEnd >= witness.endLsn) throw witnessMissing();
    if (this.#hasPartOf || partOf === undefined) return;
    // At its very position the commit record only begins.
    if (walEnd > partOf.commitLsn || walEnd >= flushLsn) throw partsMissing();
  }

  #beginUnproved(transaction: TransactionId): 'drop' {
    const { transaction: witness } = this.#claim.witness;
    if (witness === undefined) throw witnessMissing();
    if (transaction.commitLsn < witness.commitLsn) return 'drop';
    if (!isSame(transaction, witness)) throw witnessMissing();
    this.#isProved = true;
    return 'drop';
  }

  #checkPartOf(transaction: TransactionId): void {
    const { partOf, flushLsn } = this.#claim;
    if (this.#hasPartOf || partOf === undefined) return;
    if (isSame(transaction, partOf)) {
      this.#hasPartOf = true;
      return;
    }
    const { commitLsn } = transaction;
    if (commitLsn >= partOf.commitLsn || commitLsn >= flushLsn) throw partsMissing();
  }
}

function isSame(one: TransactionId, other: TransactionId): boolean {
  return (
    one.commitLsn === other.commitLsn &&
    one.xid === other.xid &&
    one.committedAtUs === other.committedAtUs
  );
}

function witnessMissing(): ResyncRequired {
  const message = 'the stream does not hold the transaction that was published last';
  return new ResyncRequired('witness-missing', message);
}

function partsMissing(): ResyncRequired {
  const message = 'the stream does not hold the transaction of which parts are published';
  return new ResyncRequired('parts-missing', message);
}
