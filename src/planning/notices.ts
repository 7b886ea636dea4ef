/** What a reviewer should know although the plan does nothing about it. */
import { KINDS, SECTIONS } from '../model/kinds.js';
import { PLANNERS } from './kinds/registry.js';
import type { SectionRequest } from './kinds/section.js';

/** One sentence each, in an order that does not depend on the order of the recorded rows. */
export function notices(request: SectionRequest): readonly string[] {
  return [
    ...ofProduction(request),
    ...SECTIONS.flatMap((section) => PLANNERS[section].notices(request)),
  ];
}

function ofProduction({ rules, changes }: SectionRequest): readonly string[] {
  const { productionNow, productionThen } = rules.settings;
  const timed = changes.some(({ kind }) => KINDS[kind].timed !== null);
  if (productionNow === productionThen || !timed) return [];
  const what = productionThen ? 'begins' : 'ends';
  return [`production ${what} with this plan: dimensions and indexes change at once`];
}
