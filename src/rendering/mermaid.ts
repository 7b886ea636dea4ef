/** The ring of the servermap as a Mermaid graph. */
import type { ServermapEntry } from '../planning/change.js';

/** Larger rings are unreadable as a picture. */
export const MAX_GRAPH_INSTANCES = 20;

/**
 * An arrow leads from the instance that takes new data to the one that holds its second copy.
 * undefined when there is nothing to draw, or too much.
 */
export function ringGraph(entries: readonly ServermapEntry[]): string | undefined {
  const names = [...new Set(entries.flatMap((entry) => [entry.schaufel, ...entry.copies]))];
  if (names.length === 0 || names.length > MAX_GRAPH_INSTANCES) return undefined;
  const node = new Map(names.map((name, i) => [name, `n${i}`]));
  const nodes = names.map((name, i) => `  n${i}["${label(name)}"]`);
  const arrows = entries.flatMap(({ schaufel, copies }) =>
    copies
      .filter((copy, i) => copy !== schaufel || i > 0)
      .map((copy) => `  ${node.get(schaufel)} --> ${node.get(copy)}`),
  );
  return ['graph LR', ...nodes, ...arrows].join('\n');
}

/** Anything but the characters of host names goes in as Mermaid's numeric entity. */
function label(name: string): string {
  return name.replace(/[^A-Za-z0-9.:_-]/gu, (character) => `#${character.codePointAt(0)};`);
}
