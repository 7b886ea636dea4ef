/** The address of a row in a plan: `instance/host:port`, `dimension//pointer`, `config/key`. */
import { dimensionPointer } from './json-pointer.js';
import { KINDS, type Kind } from './kinds.js';
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
  const { address, columns } = KINDS[kind];
  return address.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = String(row[name]);
    const isPointer = columns.some(
      ({ attribute, type }) => attribute === name && type === 'pointer',
    );
    return isPointer ? dimensionPointer(text) : text;
  });
}

/** True for the attributes that the address of a kind shows. */
export function isInAddress(kind: Kind, attribute: string): boolean {
  return KINDS[kind].address.includes(`{${attribute}}`);
}
