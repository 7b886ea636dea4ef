/**
 * What the manifests of one run may hold together, whatever the number of their files: reading them
 * ends within seconds and fits into some hundred megabytes. Decision D67 in src/README.md.
 */

/** Bytes of all files. */
export const MAX_BYTES = 16 * 1024 * 1024;

/** Collections within collections; a manifest needs eight. */
export const MAX_DEPTH = 32;

/** What may still be read; readers subtract what they read. */
export interface Allowance {
  /** YAML documents. */
  documents: number;
  /** Scalars, lists and mappings of plain manifests. */
  values: number;
  /**
   * Keys, values, indicators, spaces and line ends that the YAML library reads, which needs a
   * kilobyte for each.
   */
  lexemes: number;
  /** UTF-16 code units that the YAML library reads, which needs 32 bytes for some. */
  characters: number;
}

/** The allowance of one run: some 400,000 plain keys, or 300,000 for the library. */
export function newAllowance(): Allowance {
  return { documents: 10_000, values: 2_000_000, lexemes: 2_000_000, characters: MAX_BYTES / 2 };
}
