/** The address of a row in a plan: `instance/host:port`, `dimension//pointer`, `config/key`. */
import { dimensionPointer } from './json-pointer.js';
import { columnsOf, KIND_NAMES, KINDS, type Kind } from './kinds.js';
import type { AnyRow } from './resources.js';

type Names<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The attributes that form the address of a kind. */
export type AddressParts<K extends Kind> = {
  readonly [Name in Names<(typeof KINDS)[K]['address']>]: string | number;
};

/** The address of a row, given the attributes that the kind's pattern names. */
export function addressOf<K extends Kind>(kind: K, parts: AddressParts<K>): string {
  return addressOfRow(kind, parts);
}

/** The same for a row of any kind, which holds those attributes. */
export function addressOfRow(kind: Kind, row: AnyRow): string {
  let address = '';
  for (const { text, attribute, isPointer } of PATTERNS.get(kind) ?? []) {
    const value = attribute === undefined ? '' : String(row[attribute]);
    address += text + (isPointer ? dimensionPointer(value) : value);
  }
  return address;
}

interface PatternPart {
  /** Before the attribute. */
  readonly text: string;
  /** undefined: the pattern ends with the text. */
  readonly attribute: string | undefined;
  readonly isPointer: boolean;
}

/** Taken apart once: a plan has an address for every row that there is. */
const PATTERNS: ReadonlyMap<Kind, readonly PatternPart[]> = new Map(
  KIND_NAMES.map((kind) => [kind, partsOf(kind)]),
);

function partsOf(kind: Kind): readonly PatternPart[] {
  return [...KINDS[kind].address.matchAll(/([^{]+)(?:\{(\w+)\})?/g)].map(
    ([, text = '', attribute]) => {
      const column = columnsOf(kind).find((one) => one.attribute === attribute);
      return { text, attribute, isPointer: column?.type === 'pointer' };
    },
  );
}

/** True for the attributes that the address of a kind shows. */
export function isInAddress(kind: Kind, attribute: string): boolean {
  return KINDS[kind].address.includes(`{${attribute}}`);
}
