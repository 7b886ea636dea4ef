import { LenkwerkError } from './errors.js';

declare const lsnBrand: unique symbol;

/** A position in PostgreSQL's write-ahead log, in bytes. Compare with the ordinary operators. */
export type Lsn = bigint & { readonly [lsnBrand]: true };

const LSN_PATTERN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** Before every position: no WAL begins there. */
export const ZERO_LSN = lsnFromBytes(0n);

/** The position at an offset of the log, in bytes. */
export function lsnFromBytes(bytes: bigint): Lsn {
  // biome-ignore lint/plugin: the one place that puts the brand on a number
  return bytes as Lsn;
}

/** The later of two positions. */
export function laterLsn(one: Lsn, other: Lsn): Lsn {
  return one > other ? one : other;
}

/** Reads `16/B374D848`, padded or not. Throws `invalid-input` for anything else. */
export function parseLsn(text: string): Lsn {
  const match = LSN_PATTERN.exec(text);
  if (match === null) throw new LenkwerkError('invalid-input', `not an LSN: ${text}`);
  const [, upper = '0', lower = '0'] = match;
  return lsnFromBytes((BigInt(`0x${upper}`) << 32n) | BigInt(`0x${lower}`));
}

/** Writes an LSN as PostgreSQL prints a pg_lsn: upper-case, not padded. */
export function formatLsn(lsn: Lsn): string {
  const upper = (lsn >> 32n).toString(16).toUpperCase();
  return `${upper}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}
