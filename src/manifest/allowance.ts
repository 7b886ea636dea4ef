/**
 * What the manifests of one run may hold together, whatever the number of their files: reading them
 * ends within seconds and fits into some hundred megabytes. Decision D67 in src/README.md.
 */

/** Bytes of all files. */
export const MAX_BYTES = 16 * 1024 * 1024;

/** In the sections `config` of all manifests. */
export const MAX_CONFIG_KEYS = 250_000;

/** Collections within collections; a manifest needs eight. */
export const MAX_DEPTH = 32;

/** What may still be read; readers subtract what they read. */
export interface Allowance {
  /** YAML documents. */
  documents: number;
  /** Scalars, lists and mappings of plain manifests. */
  values: number;
  /** Of these the lists and mappings, which need more memory. */
  collections: number;
  /**
   * Keys, values, indicators, spaces and line ends that the YAML library reads, which needs a
   * kilobyte for each.
   */
  lexemes: number;
  /** UTF-16 code units that the YAML library reads, which needs 32 bytes for some. */
  characters: number;
}

/** The allowance of one run: some 100,000 records, or 250,000 plain keys; less for the library. */
export function newAllowance(): Allowance {
  const plain = { values: 750_000, collections: 150_000 };
  return { ...plain, documents: 10_000, lexemes: 2_000_000, characters: MAX_BYTES / 2 };
}
