/** Which words of a text changed, for values too long to compare by eye. */
// Not the whole library: it is loaded at every start.
import { diffWordsWithSpace } from 'diff/lib/diff/word.js';

export interface WordRun {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Beyond this many changed words the two texts are shown whole: they have little in common. */
const MAX_CHANGED_WORDS = 200;

/** The runs of equal, removed and added words; undefined when the texts differ too much. */
export function wordDifference(before: string, after: string): readonly WordRun[] | undefined {
  const parts = diffWordsWithSpace(before, after, { maxEditLength: MAX_CHANGED_WORDS });
  return parts?.map(({ value, added, removed }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}
