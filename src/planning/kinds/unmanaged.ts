/** Recorded rows that manifests leave as they are, by their addresses. Decision D80. */
import { addressOf, addressOfRow } from '../../model/address.js';
import { assert } from '../../model/errors.js';
import { KINDS, ROW_KINDS, type RowKind } from '../../model/kinds.js';
import {
  type DesiredState,
  isRecordedRows,
  type RecordedState,
  rowsOf,
} from '../../model/resources.js';
import { nearestName } from '../../model/text.js';

/** Rows of these kinds have addresses of their own: parts go with the row that contains them. */
const WHOLE_KINDS: readonly RowKind[] = ROW_KINDS.filter((kind) => KINDS[kind].partOf === null);

/** The recorded state without the rows of these addresses, and without their parts. */
export function managedPart(recorded: RecordedState, unmanaged: readonly string[]): RecordedState {
  if (unmanaged.length === 0) return recorded;
  const addresses = new Set(unmanaged);
  const kept = WHOLE_KINDS.map((kind) => {
    const rows = rowsOf(recorded, kind).filter((row) => !addresses.has(addressOfRow(kind, row)));
    return [KINDS[kind].rows, rows] as const;
  });
  const rows = { ...recorded, ...Object.fromEntries(kept) };
  assert(isRecordedRows(rows), 'every kind has its rows');
  const indexes = new Set(rows.indexes.map(({ id }) => id));
  const hadIndex = new Set(recorded.indexes.map(({ id }) => id));
  const indexFields = recorded.indexFields.filter(
    ({ indexId }) => indexes.has(indexId) || !hadIndex.has(indexId),
  );
  const isMapped = !addresses.has(addressOf('servermap', {}));
  return { ...rows, indexFields, servermap: isMapped ? recorded.servermap : undefined };
}

/** What a plan leaves as it is because the manifests list it, one sentence each. */
export function unmanagedNotices(
  { unmanaged }: Pick<DesiredState, 'unmanaged'>,
  recorded: RecordedState,
): readonly string[] {
  if (unmanaged.length === 0) return [];
  const known = new Set(
    WHOLE_KINDS.flatMap((kind) => rowsOf(recorded, kind).map((row) => addressOfRow(kind, row))),
  );
  return unmanaged.map((address) => {
    if (known.has(address)) return `${address} stays as it is: the manifests list it as unmanaged`;
    const nearest = nearestName(address, [...known]);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    return `unmanaged: nothing recorded has the address ${address}${hint}`;
  });
}
