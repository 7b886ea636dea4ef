/** The keys of the bookkeeping, beside the keys of the records. */

/** What all stores below one prefix have in common. */
export interface RedisLayout {
  /** HASH: the last revision, its mark, the size of the journal, and how far it is trimmed. */
  readonly head: string;
  /** HASH: by key the revision that changed it last. */
  readonly revisions: string;
  /** STREAM: an entry for each revision, with its number as the id. */
  readonly journal: string;
  /** LIST: for each entry of the journal its revision and its size in bytes. */
  readonly sizes: string;
}

/** The layout below a prefix of the settings. */
export function layoutBelow(prefix: string): RedisLayout {
  const at = (name: string) => `${prefix}/Lenkwerk/${name}`;
  return {
    head: at('Head'),
    revisions: at('Revisions'),
    journal: at('Journal'),
    sizes: at('Sizes'),
  };
}
