/** The keys of the bookkeeping, beside the keys of the records. */

/** What all stores below one prefix have in common. */
export interface RedisLayout {
  /** HASH: the last revision, its mark, and how far the journal is trimmed. */
  readonly head: string;
  /** HASH: by key the revision that changed it last. */
  readonly revisions: string;
  /** STREAM: an entry for each revision, with its number as the id. */
  readonly journal: string;
  /** Is never written: for what is tried only. */
  readonly probe: string;
}

/** The layout below a prefix of the settings. */
export function layoutBelow(prefix: string): RedisLayout {
  const at = (name: string) => `${prefix}/Lenkwerk/${name}`;
  return {
    head: at('Head'),
    revisions: at('Revisions'),
    journal: at('Journal'),
    probe: at('Probe'),
  };
}
