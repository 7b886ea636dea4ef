/**
 * The rule without one of its parts, or with a shorter wording of it. Each is caught in a family,
 * or noted as superfluous with the reason.
 */
import type { FamilyName } from './families.js';
import { RULE, type Rule } from './rule.js';

export interface Mutant {
  readonly name: string;
  readonly change: Partial<Rule>;
}

interface CaughtMutant extends Mutant {
  /** The family that shows what the part is for. */
  readonly family: FamilyName;
}

interface SuperfluousMutant extends Mutant {
  /** A family where it might show. */
  readonly family: FamilyName;
  readonly reason: string;
}

/** The rule with a mutant's change. */
export function mutated({ change }: Mutant): Rule {
  return { ...RULE, ...change };
}

type Row = readonly [name: string, change: Partial<Rule>, family: FamilyName];

const CAUGHT: readonly Row[] = [
  ['1: an agent works at a standby', { step1PrimaryOnly: false }, 'standby'],
  ['2: looks first, then takes the slot', { step2HoldsFirst: false }, 'hand'],
  ['5: no system identifier', { step5System: false }, 'systemBack'],
  ['5: no activation', { step5Activation: false }, 'copiedStore'],
  ['5: no bound F <= C.lsn', { step5Confirmed: false }, 'hand'],
  ['5: WAL may end before the witness', { step5Flush: false }, 'imageCommits'],
  ['5: no history of timelines', { step5Timeline: false }, 'pitr'],
  ['5: an old primary is resynced', { step5OldPrimary: 'never' }, 'twoPromotions'],
  ['2, 5: so is one without a slot', { step5OldPrimary: 'where it has the slot' }, 'oldPrimary'],
  ['6, 7: no activation is written', { step6Order: 'none' }, 'imageAdvanced'],
  ['6, 7: the row alone knows the next one', { step6Order: 'row first' }, 'crashLoop'],
  ['6: `pending` keeps the own one only', { step6KeepsPending: false }, 'twoActive'],
  ['6: the position does not fall', { step6Falls: false }, 'imageStoreBack'],
  ['7: UPDATE without the condition', { step7Guarded: false }, 'lateCalm'],
  ['8: starts at C.lsn, no witness', { step8Proof: 'none' }, 'imageCommits'],
  ['8: starts at W.endLsn, no witness', { step8Proof: 'position' }, 'imageCommits'],
  ['8: no commit time', { step8Time: false }, 'imageCommits'],
  ['8: nothing is dropped', { step8Drops: false }, 'imageCommits'],
  ['8: no keepalive', { step8Keepalive: false }, 'imageOther'],
  ['6, 8: the position never falls', { step6Falls: false, step8Falls: false }, 'imageStoreBack'],
  ['9: batches keep the old activation', { step9Batches: false }, 'imageAdvanced'],
  ['9: idle positions keep the old activation', { step9Idle: false }, 'imageAdvanced'],
  ['10: not at a Begin', { step10Begin: 'none' }, 'imageParts'],
  ['10: only at the first Begin of a batch', { step10Begin: 'first of a batch' }, 'imageMerged'],
  ['10: not at a keepalive', { step10Keepalive: false }, 'imageParts'],
  ['10: not at all', { step10Begin: 'none', step10Keepalive: false }, 'imageParts'],
  ['10: not at the flush position', { step10FlushEnds: false }, 'imageMerged'],
  ['partOf goes back', { partOfBecomes: 'of the batch' }, 'mergedTwice'],
  ['partOf stays', { partOfBecomes: 'unchanged' }, 'mergedAgain'],
  ['"repair" gives way to a transaction', { repairStands: false }, 'repairLost'],
  ['"repair" is paid by one table', { repairOfEverything: false }, 'repairLost'],
  ['held changes in parts: one table', { heldInParts: false }, 'repairOfPart'],
  ['write rule: revision only', { writeValue: false }, 'storeBackTwo'],
  ['write rule: no watch', { writeWatch: false }, 'storeBackTwo'],
  ['acknowledged before the store has it', { ackAfterStore: false }, 'calm'],
  ['resync: row after the slot', { resyncRowFirst: false }, 'imageDropped'],
  ['resync: `former` without `upTo`', { resyncOwnPast: 'former' }, 'formerImage'],
  ['resync: position of the server', { resyncOwnPast: 'position of the server' }, 'formerImage'],
  ['resync: deletes anything', { resyncOwnPast: 'anything' }, 'formerImage'],
  ['watch: no foreign writes', { watchForeign: false }, 'foreignOnce'],
  ['watch: nothing is compared at the start', { watchCompares: false }, 'foreignOnce'],
];

export const CAUGHT_MUTANTS: readonly CaughtMutant[] = CAUGHT.map(([name, change, family]) => {
  return { name, change, family };
});

/** What the model does not miss. */
export const SUPERFLUOUS_MUTANTS: readonly SuperfluousMutant[] = [
  {
    name: '5: phase is not looked at',
    change: { step5Phase: false },
    family: 'slotDropped',
    reason: 'a checkpoint of phase snapshot has lsn 0, and every slot is beyond that (F <= C.lsn)',
  },
  {
    name: '5: a consistent point is awaited in the stream',
    change: { step5ConsistentPoint: false },
    family: 'imageDropped',
    reason: 'step 8 finds that it does not come; only later, and by a Begin or a keepalive',
  },
  {
    name: '6: `pending` does not get the activation of the checkpoint',
    change: { step6KeepsActivation: false },
    family: 'calm',
    reason: 'it saves a resync where a failover loses the row before the first write, and no more',
  },
  {
    name: '8: another Begin is dropped',
    change: { step8OtherBegin: false },
    family: 'imageCommits',
    reason: 'the keepalive beyond the witness comes after it; only later',
  },
  {
    name: '8: the position does not fall',
    change: { step8Falls: false },
    family: 'imageStoreBack',
    reason: 'it has fallen to the same at step 6; without both it is caught',
  },
  {
    name: '9: parts keep the old activation',
    change: { step9Parts: false },
    family: 'imageParts',
    reason: 'a part moves neither the witness nor lsn, so what step 6 allows stays as safe',
  },
  {
    name: 'an idle position is written while `part` stands',
    change: { idleNotInParts: false },
    family: 'imageParts',
    reason: 'where it keeps `partOf`, step 10 judges the transaction in the next session',
  },
  {
    name: 'resync: no lock',
    change: { resyncLock: false },
    family: 'slotDropped',
    reason: "the guard on the checkpoint fences; the lock spares two agents each other's slots",
  },
  {
    name: 'resync: `snapshot` before the slot',
    change: { resyncSlotFirst: false },
    family: 'imageDropped',
    reason:
      'a checkpoint that was good is given away, where no slot can be created; nothing is lost',
  },
];
