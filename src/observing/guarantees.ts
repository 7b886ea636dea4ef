/**
 * What a kind of store promises, in the words of `doctor` and `status`; whether a server keeps to
 * it is for its findings.
 */
import type { StoreGuarantees } from '../kvstore/store.js';

const ACKNOWLEDGED: Readonly<Record<StoreGuarantees['acknowledged'], string>> = {
  consensus: 'a majority of its servers keeps what it acknowledged',
  disk: 'its disk keeps what it acknowledged',
  'may-be-lost': 'a failover may lose what it acknowledged, which is noticed and published again',
};

const FOREIGN_WRITES: Readonly<Record<StoreGuarantees['foreignWrites'], string>> = {
  'in-order': 'what others write is watched',
  noticed: 'what others write is noticed',
  unseen: 'what others write only verify sees',
};

const PAST_REVISIONS: Readonly<Record<StoreGuarantees['pastRevisions'], string>> = {
  'until-compacted': 'its past is readable to the last compaction',
  'in-journal': 'its past is readable as far as its journal goes',
};

/** One clause each. */
export function guaranteeWords(guarantees: StoreGuarantees): readonly string[] {
  const { acknowledged, foreignWrites, pastRevisions } = guarantees;
  return [ACKNOWLEDGED[acknowledged], FOREIGN_WRITES[foreignWrites], PAST_REVISIONS[pastRevisions]];
}

/** The clauses as what they are: of the kind, and not seen at a server. */
export function describeGuarantees(guarantees: StoreGuarantees): string {
  return `stores of this kind promise: ${guaranteeWords(guarantees).join('; ')}`;
}
