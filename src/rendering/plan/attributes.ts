/** The attributes of a change, by name and in a fixed order, as every renderer shows them. */
import { isInAddress } from '../../model/address.js';
import { type Column, holdsText } from '../../model/columns.js';
import { columnsOf, KIND_NAMES } from '../../model/kinds.js';
import type { AnyRow } from '../../model/resources.js';
import type { Change, ServermapAttributes } from '../../planning/change.js';

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

type Values = ReadonlyMap<string, AttributeValue>;

/**
 * The attributes to show for a change: all of a created or deleted row, and only the differing ones
 * of a changed row.
 */
export function attributesOf(change: Change): readonly AttributeView[] {
  const { before, after } = valuesOf(change);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const views = names.map((name) => ({
    name,
    before: before.get(name),
    after: after.get(name),
  }));
  const stays = change.before !== null && change.after !== null;
  return stays ? views.filter((view) => view.before?.content !== view.after?.content) : views;
}

function valuesOf(change: Change): { readonly before: Values; readonly after: Values } {
  if (change.kind === 'servermap') return bothSides(change, servermapValues);
  const columns = SHOWN.get(change.kind) ?? [];
  return bothSides<AnyRow>(change, (row) =>
    columns.map(({ name, column }) => [name, shownValue(column, row[column.attribute])]),
  );
}

interface Sides<Attributes> {
  readonly before: Attributes | null;
  readonly after: Attributes | null;
}

function bothSides<Attributes>(
  { before, after }: Sides<Attributes>,
  list: (attributes: Attributes) => Iterable<readonly [string, AttributeValue]>,
): { readonly before: Values; readonly after: Values } {
  return {
    before: new Map(before === null ? [] : list(before)),
    after: new Map(after === null ? [] : list(after)),
  };
}

/**
 * Attributes that the address does not show; a pointer's address does not show its recorded form.
 */
const SHOWN = new Map(
  KIND_NAMES.map((kind) => [
    kind,
    columnsOf(kind)
      .filter(({ type }) => type !== 'id')
      .filter(({ attribute, type }) => type === 'pointer' || !isInAddress(kind, attribute))
      .map((column) => ({ name: nameOf(column), column })),
  ]),
);

function nameOf({ attribute, column, type }: Column): string {
  if (type === 'place') return 'position';
  return type === 'timestamp' ? column.replaceAll('_', ' ') : attribute;
}

function shownValue(column: Column, value: AnyRow[string]): AttributeValue {
  const isFreeText = holdsText(column) && column.type !== 'expression' && value !== null;
  return isFreeText ? text(String(value)) : code(String(value));
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
