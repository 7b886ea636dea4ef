// Generated from schema/plan.schema.json by `npm run generate`. Do not edit.
export const DANGERS = [
  'delete:instance',
  'delete:config',
  'expire:dimension',
  'expire:index',
  'reorder:dimension',
  'copies:offline',
  'copies:same-host',
  'servermap:drops-data',
  'deletes:many',
  'store:redirect',
  'expression:unvetted',
  'node:command',
] as const;
export type Danger = (typeof DANGERS)[number];
