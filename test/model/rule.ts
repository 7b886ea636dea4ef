/**
 * The start and write rules of the agent, part by part. The page is "Continuity" of the protocol
 * (agent-protocol.md); `stepN` in a name is its step. RULE is the rule as written; the table of
 * mutants changes one part at a time.
 */
export interface Rule {
  /** Step 1: an agent at a standby waits and touches nothing. */
  readonly step1PrimaryOnly: boolean;
  /** Step 2: the slot is held by START before anything is looked at. */
  readonly step2HoldsFirst: boolean;
  /** Step 5: a checkpoint of an unfinished resync is resynced. */
  readonly step5Phase: boolean;
  /** Step 5: another system identifier is resynced. */
  readonly step5System: boolean;
  /** Step 5: the row's activation is that of the checkpoint, or one of its pending ones. */
  readonly step5Activation: boolean;
  /** Step 5: the confirmed position is not beyond the checkpoint's. */
  readonly step5Confirmed: boolean;
  /** Step 5: a consistent point (a witness without a transaction) cannot be seen in the stream. */
  readonly step5ConsistentPoint: boolean;
  /** Step 5: the server's WAL reaches the end of the witness. */
  readonly step5Flush: boolean;
  /** Step 5: the checkpoint's timeline is in the server's history up to the witness. */
  readonly step5Timeline: boolean;
  /** Step 5: a server on a lower timeline than the checkpoint is waited for, slot or no slot. */
  readonly step5OldPrimary: 'always' | 'where it has the slot' | 'never';
  /** Steps 6 and 7: who learns of the next activation first; 'none': no activation at all. */
  readonly step6Order: 'store first' | 'row first' | 'none';
  /** Step 6: `pending` keeps what others announced; else only the own one. */
  readonly step6KeepsPending: boolean;
  /** Step 6: `pending` gets the activation that the checkpoint had. */
  readonly step6KeepsActivation: boolean;
  /** Step 6: the position falls to max(F, W.endLsn). */
  readonly step6Falls: boolean;
  /** Step 7: the UPDATE names the activation that was read. */
  readonly step7Guarded: boolean;
  /** Step 8: how continuity is proved: by the witness, by position, or not at all. */
  readonly step8Proof: 'witness' | 'position' | 'none';
  /** Step 8: a Begin is compared by its commit time (microseconds), too. */
  readonly step8Time: boolean;
  /** Step 8: a Begin before the witness is dropped. */
  readonly step8Drops: boolean;
  /** Step 8: another Begin at or beyond the witness leads to a resync. */
  readonly step8OtherBegin: boolean;
  /** Step 8: a keepalive at or beyond the witness leads to a resync. */
  readonly step8Keepalive: boolean;
  /** Step 8: the position falls to what is proved, and follows the transactions from there. */
  readonly step8Falls: boolean;
  /** Step 9: whole batches carry the new activation and an empty `pending`. */
  readonly step9Batches: boolean;
  /** Step 9: parts do. */
  readonly step9Parts: boolean;
  /** Step 9: idle positions do. */
  readonly step9Idle: boolean;
  /** Step 10: at which Begins a transaction in parts is missed. */
  readonly step10Begin: 'each' | 'first of a batch' | 'none';
  /** Step 10: a keepalive beyond it shows that it does not come. */
  readonly step10Keepalive: boolean;
  /** Step 10: a Begin or a keepalive beyond the flush position of step 3 ends the wait. */
  readonly step10FlushEnds: boolean;
  /** Checkpoint: `partOf` becomes the later one, that of the batch, or stays as it is. */
  readonly partOfBecomes: 'later' | 'of the batch' | 'unchanged';
  /** Checkpoint: "repair" stands over any transaction. */
  readonly repairStands: boolean;
  /** Checkpoint: a session that found "repair" repairs everything. */
  readonly repairOfEverything: boolean;
  /** Checkpoint: changes held while `part` is set ask for a repair of everything. */
  readonly heldInParts: boolean;
  /** Write rule: the value of the checkpoint is compared, not its revision alone. */
  readonly writeValue: boolean;
  /** Write rule: a checkpoint in the watch that is not ours ends the session. */
  readonly writeWatch: boolean;
  /** Acknowledging: only what the store has is confirmed. */
  readonly ackAfterStore: boolean;
  /** Idle: no idle position is written while `part` stands. */
  readonly idleNotInParts: boolean;
  /** Resync: one at a time. */
  readonly resyncLock: boolean;
  /** Resync: the row gets its activation before the slot exists. */
  readonly resyncRowFirst: boolean;
  /** Resync: `snapshot` is written only when the slot has been created. */
  readonly resyncSlotFirst: boolean;
  /** Resync: what shows that this database may delete from the store without a person. */
  readonly resyncOwnPast: 'former with upTo' | 'former' | 'position of the server' | 'anything';
  /** Watch: foreign writes are looked for from the revision of the checkpoint that was read. */
  readonly watchForeign: boolean;
  /** Watch: everything is compared once when an agent becomes active (`--heal`). */
  readonly watchCompares: boolean;
}

export const RULE: Rule = {
  step1PrimaryOnly: true,
  step2HoldsFirst: true,
  step5Phase: true,
  step5System: true,
  step5Activation: true,
  step5Confirmed: true,
  step5ConsistentPoint: true,
  step5Flush: true,
  step5Timeline: true,
  step5OldPrimary: 'always',
  step6Order: 'store first',
  step6KeepsPending: true,
  step6KeepsActivation: true,
  step6Falls: true,
  step7Guarded: true,
  step8Proof: 'witness',
  step8Time: true,
  step8Drops: true,
  step8OtherBegin: true,
  step8Keepalive: true,
  step8Falls: true,
  step9Batches: true,
  step9Parts: true,
  step9Idle: true,
  step10Begin: 'each',
  step10Keepalive: true,
  step10FlushEnds: true,
  partOfBecomes: 'later',
  repairStands: true,
  repairOfEverything: true,
  heldInParts: true,
  writeValue: true,
  writeWatch: true,
  ackAfterStore: true,
  idleNotInParts: true,
  resyncLock: true,
  resyncRowFirst: true,
  resyncSlotFirst: true,
  resyncOwnPast: 'former with upTo',
  watchForeign: true,
  watchCompares: true,
};
