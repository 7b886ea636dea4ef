/** The attributes of a change, by name and in a fixed order, as every renderer shows them. */
import { isInAddress } from '../../model/address.js';
import { type Column, holdsText } from '../../model/columns.js';
import { columnsOf, KIND_NAMES, type Kind } from '../../model/kinds.js';
import type { AnyRow } from '../../model/resources.js';
import type { Change, ChangeOf, RowChange, ServermapAttributes } from '../../planning/change.js';

/** `text` is free text and is quoted; `code` is JSON, SQL, a number, a time or a closed word. */
export interface AttributeValue {
  readonly form: 'text' | 'code';
  /** The recorded text, which may hold any character. */
  readonly content: string;
}

export interface AttributeView {
  readonly name: string;
  /** undefined: the row, or this part of it, does not exist. */
  readonly before: AttributeValue | undefined;
  readonly after: AttributeValue | undefined;
}

/**
 * The attributes to show for a change: all of a created or deleted row, and only the differing ones
 * of a changed row.
 */
export function attributesOf(change: Change): readonly AttributeView[] {
  const views = change.kind === 'servermap' ? entryViews(change) : rowViews(change);
  const stays = change.before !== null && change.after !== null;
  return stays ? views.filter((view) => view.before?.content !== view.after?.content) : views;
}

function rowViews({ kind, before, after }: RowChange): readonly AttributeView[] {
  return (SHOWN.get(kind) ?? []).map((shown) => ({
    name: shown.name,
    before: before === null ? undefined : shownValue(shown, before),
    after: after === null ? undefined : shownValue(shown, after),
  }));
}

/** An entry of either side. */
function entryViews({ before, after }: ChangeOf<'servermap'>): readonly AttributeView[] {
  const [old, wanted] = [before, after].map((side) => new Map(side && servermapValues(side)));
  const names = [...new Set([...(old?.keys() ?? []), ...(wanted?.keys() ?? [])])];
  return names.map((name) => ({ name, before: old?.get(name), after: wanted?.get(name) }));
}

interface ShownColumn {
  readonly name: string;
  readonly attribute: string;
  readonly form: AttributeValue['form'];
}

/**
 * Attributes that the address does not show; a pointer's address does not show its recorded form.
 */
const SHOWN: ReadonlyMap<Kind, readonly ShownColumn[]> = new Map(
  KIND_NAMES.map((kind) => [
    kind,
    columnsOf(kind)
      .filter(({ type }) => type !== 'id')
      .filter(({ attribute, type }) => type === 'pointer' || !isInAddress(kind, attribute))
      .map((column) => ({
        name: nameOf(column),
        attribute: column.attribute,
        form: holdsText(column) && column.type !== 'expression' ? 'text' : 'code',
      })),
  ]),
);

function nameOf({ attribute, column, type }: Column): string {
  if (type === 'place') return 'position';
  return type === 'timestamp' ? column.replaceAll('_', ' ') : attribute;
}

function shownValue({ attribute, form }: ShownColumn, row: AnyRow): AttributeValue {
  const value = row[attribute];
  return value === null ? code('null') : { form, content: String(value) };
}

function servermapValues(
  servermap: ServermapAttributes,
): readonly (readonly [string, AttributeValue])[] {
  if (servermap.algorithm === 'literal') return [['map', code(servermap.map)]];
  return servermap.entries.map((entry) => [entry.key, text(entry.copies.join(', '))]);
}

function text(content: string): AttributeValue {
  return { form: 'text', content };
}

function code(content: string): AttributeValue {
  return { form: 'code', content };
}
