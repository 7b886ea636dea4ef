/** The keys that start with a prefix, as a range of bytes. */
export interface PrefixBounds {
  /** The first key. */
  readonly start: Buffer;
  /** The first key behind them; undefined: they reach to the end of the store. */
  readonly end: Buffer | undefined;
}

export function prefixBounds(prefix: string): PrefixBounds {
  const start = Buffer.from(prefix);
  if (start.length === 0) return { start, end: undefined };
  // UTF-8 has no byte 0xff, so adding one to the last byte never carries.
  const end = Buffer.from(start);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  return { start, end };
}
