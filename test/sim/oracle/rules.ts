/** What a scenario may break. */
export const RULES = [
  'P1 prefix',
  'P2 atomic',
  'P3 no gap',
  'P4 fenced',
  'P5 acknowledged last',
  'P6 live',
  'standby',
  'old primary',
  'mass delete',
  'needless',
  'tight loop',
  'shutdown',
  'untrue',
  'verify',
  'leak',
  'defect',
] as const;
export type Rule = (typeof RULES)[number];

export interface Violation {
  readonly rule: Rule;
  readonly text: string;
}
