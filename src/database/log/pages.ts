/** Entries of the log may be long, so lengths are read first, and texts in pages of few bytes. */

/** Of the texts of a page; what is longer alone is a page of its own. */
export const PAGE_BYTES = 8 * 1024 * 1024;

export interface EntrySize {
  readonly id: bigint;
  readonly bytes: number;
}

interface Page {
  readonly first: bigint;
  readonly last: bigint;
  readonly bytes: number;
}

/** The same entries, in their order, as pages of neighbours. */
export function pagesOf(sizes: readonly EntrySize[]): readonly Page[] {
  const pages: Page[] = [];
  for (const { id, bytes } of sizes) {
    const page = pages.at(-1);
    if (page === undefined || page.bytes + bytes > PAGE_BYTES) {
      pages.push({ first: id, last: id, bytes });
    } else {
      pages[pages.length - 1] = { ...page, last: id, bytes: page.bytes + bytes };
    }
  }
  return pages;
}
