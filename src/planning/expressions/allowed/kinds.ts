/** What vetting knows of values, and of the arguments and results of functions. */

/**
 * The kinds of values that most functions and operators take, each after those that it covers: a
 * value that is one of several, or made of them, has the last of their kinds. `small`: of bounded
 * size, such as numbers but bare numeric. `number`: numeric, or a range of it. `json`: jsonb.
 * `value`: text, and the rest. `list`: an array. `float`: of bounded size, but written as text by a
 * setting (settings.ts); also a list of such, as whatever is computed with a float becomes one.
 */
const PLAIN_KINDS = ['small', 'number', 'json', 'value', 'list', 'float'] as const;

export type PlainKind = (typeof PLAIN_KINDS)[number];

/**
 * What vetting knows of a value. `civil`, `moment`, `span`: times without and with a zone, and
 * ranges of them, which are kept apart (see walk/nodes.ts). `bytes`: a text read as bytea.
 * `digest`: a hash.
 */
export type Kind = PlainKind | 'civil' | 'moment' | 'span' | 'bytes' | 'digest';

/** The kind of a value that is one of several, or made of them. `small` for none. */
export function joinKinds(kinds: readonly PlainKind[]): PlainKind {
  return PLAIN_KINDS.findLast((kind) => kinds.includes(kind)) ?? 'small';
}

/** Whether values of that kind have a bounded size. */
export function isSmall(kind: Kind): boolean {
  return kind === 'small' || kind === 'float';
}

/** The same kind when it is neither a time nor bytes; undefined otherwise. */
export function asPlain(kind: Kind | ArgumentRule): PlainKind | undefined {
  return PLAIN_KINDS.find((one) => one === kind);
}

/**
 * What an argument of a call may be. A kind: an expression of that kind. `short`: a text of at most
 * 1024 characters. `fixed`: without the document. `guarded`: nullif(.., 0).
 */
export type ArgumentRule = Kind | ConstantRule | 'short' | 'fixed' | 'guarded';
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
  /** `same`: what joinKinds() makes of the arguments that are no constants. */
  readonly gives: Kind | 'same';
}
