/** What vetting knows of values, and of the arguments and results of functions. */

/**
 * What vetting knows of a value. `small`: of bounded size, such as numbers but bare numeric.
 * `list`: an array. `civil`, `moment`, `span`: times without and with a zone, and ranges of them,
 * which are kept apart (see walk/nodes.ts). `bytes`: a text read as bytea. `digest`: a hash.
 */
export type Kind = 'value' | 'small' | 'list' | 'civil' | 'moment' | 'span' | 'bytes' | 'digest';

/** What an argument of a call may be. A kind: an expression of that kind. */
export type ArgumentRule = Kind | ConstantRule | 'fixed' | 'guarded';
export type ConstantRule = (typeof CONSTANT_RULES)[number];
/** What a constant argument may be; constants.ts has their meanings. */
export const CONSTANT_RULES = [
  ...['text', 'needle', 'integer', 'length', 'position', 'divisor', 'truncation', 'field'],
  ...['zone', 'stride', 'dictionary', 'weight', 'jsonpath', 'bounds', 'encoding'],
] as const;

export interface Signature {
  readonly args: readonly ArgumentRule[];
  /** The last argument may come any number of times. */
  readonly repeats: boolean;
  /** `same`: small if every argument is, otherwise a value. */
  readonly gives: Kind | 'same';
}
