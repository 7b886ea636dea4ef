/** How each section is planned: the compiler requires an entry for each. */
import { EXECUTION, KINDS, type Section } from '../../model/kinds.js';
import { CONFIG } from './config.js';
import { DIMENSIONS } from './dimensions.js';
import { INDEXES } from './indexes.js';
import { INSTANCES } from './instances.js';
import type { SectionPlanner } from './section.js';
import { SERVERMAP } from './servermap.js';

/** One planner a section. */
export const PLANNERS = {
  instances: INSTANCES,
  dimensions: DIMENSIONS,
  indexes: INDEXES,
  servermap: SERVERMAP,
  config: CONFIG,
} as const satisfies { readonly [S in Section]: SectionPlanner<S> };

/** The sections in the order in which a plan changes them. */
export const PLANNED_SECTIONS: readonly Section[] = [
  ...new Set(EXECUTION.map((kind) => KINDS[kind].section)),
];
