/** The attributes of a change, by name and in a fixed order, as every renderer shows them. */
import type {
  Change,
  ConfigChange,
  DimensionAttributes,
  IndexAttributes,
  IndexFieldAttributes,
  InstanceAttributes,
  ServermapAttributes,
} from '../../planning/change.js';

/** `text` is free text and is quoted; `code` is JSON, SQL, a number, a time or a closed word. */
export interface AttributeValue {
  readonly form: 'text' | 'code';
  /** As it is recorded: may hold any character. */
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
 * What a reader has to see of a change: everything of a row that comes or goes, and only what
 * differs of a row that stays.
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
  switch (change.kind) {
    case 'instance':
      return bothSides(change, instanceValues);
    case 'dimension':
      return bothSides(change, dimensionValues);
    case 'index':
      return bothSides(change, indexValues);
    case 'index-field':
      return bothSides(change, indexFieldValues);
    case 'config':
      return bothSides(change, configValues);
    case 'servermap':
      return bothSides(change, servermapValues);
  }
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

type Named = readonly [string, AttributeValue];

function instanceValues(instance: InstanceAttributes): readonly Named[] {
  return [
    ['username', text(instance.username)],
    ['status', code(instance.status)],
  ];
}

function dimensionValues(dimension: DimensionAttributes): readonly Named[] {
  return [
    ['field', text(dimension.field)],
    ['default', dimension.default === null ? code('null') : text(dimension.default)],
    ['position', code(String(dimension.ordinality))],
    ['valid from', code(dimension.validFrom)],
    ['valid until', code(dimension.validUntil)],
  ];
}

function indexValues(index: IndexAttributes): readonly Named[] {
  return [
    ['method', text(index.method)],
    ['tablespace', text(index.tablespace)],
    ['valid from', code(index.validFrom)],
    ['valid until', code(index.validUntil)],
  ];
}

function indexFieldValues(field: IndexFieldAttributes): readonly Named[] {
  return [
    ['expression', code(field.expression)],
    ['valid from', code(field.validFrom)],
    ['valid until', code(field.validUntil)],
  ];
}

function configValues(entry: NonNullable<ConfigChange['after']>): readonly Named[] {
  return [['value', code(entry.value)]];
}

function servermapValues(servermap: ServermapAttributes): readonly Named[] {
  if (servermap.algorithm === 'literal') return [['map', code(servermap.map)]];
  return servermap.entries.map((entry) => [entry.key, text(entry.copies.join(', '))]);
}

function text(content: string): AttributeValue {
  return { form: 'text', content };
}

function code(content: string): AttributeValue {
  return { form: 'code', content };
}
