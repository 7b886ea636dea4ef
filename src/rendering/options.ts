/** What every output form takes beside its content. */
import type { Danger } from '../planning/format/generated/dangers.js';

/** What allows a danger: a flag, or an environment of a project file. */
export type Allowances = ReadonlyMap<Danger, string>;

export interface RenderOptions {
  readonly color: boolean;
  /** The dangers of a plan that are allowed already; absent: none. */
  readonly allowedBy?: Allowances | undefined;
  /** The plan was executed: there is nothing to allow. Absent: it was not. */
  readonly done?: boolean;
}
