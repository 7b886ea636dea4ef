/** Plan documents that were truncated or edited, and every output of a plan. */
import fc from 'fast-check';
import { LenkwerkError } from '../../../src/model/errors.js';
import type { Change } from '../../../src/planning/change.js';
import { looksLikePlan, readPlan } from '../../../src/planning/format/read.js';
import { planJson } from '../../../src/planning/format/write.js';
import type { Plan } from '../../../src/planning/plan.js';
import {
  EVERY_KIND,
  HOSTILE_PLAN,
  literalServermap,
  NOTHING_TO_DO,
  planOf,
} from '../states/example-plans.js';
import { fuzzProperty } from './fuzz-property.js';
import { hostileText, mutatedText } from './mutations.js';
import { MARKER, requireSafeOutputs } from './outputs.js';

const PLANS: readonly Plan[] = [
  EVERY_KIND,
  HOSTILE_PLAN,
  NOTHING_TO_DO,
  planOf([literalServermap]),
];
const DOCUMENTS = PLANS.map(planJson);

/** Still JSON: one value somewhere in it is another one, or gone. */
const edited = fc
  .tuple(fc.constantFrom(...DOCUMENTS), fc.nat(), fc.oneof(fc.jsonValue(), hostileText))
  .map(([document, at, value]) => {
    const target = at % countValues(document);
    let seen = -1;
    return JSON.stringify(
      JSON.parse(document, (_, old: unknown) => {
        seen += 1;
        return seen === target ? value : old;
      }),
    );
  });

function countValues(document: string): number {
  let count = 0;
  JSON.parse(document, () => {
    count += 1;
  });
  return count;
}

export const planDocumentProperty = fuzzProperty(
  'a damaged plan is read or refused, and safe to show when it is read',
  fc.oneof(mutatedText(DOCUMENTS), edited, fc.json(), hostileText),
  (text) => {
    looksLikePlan(text);
    const plan = readOrRefuse(text);
    if (plan !== undefined) requireSafeOutputs(plan, '');
  },
);

function readOrRefuse(text: string): Plan | undefined {
  try {
    return readPlan(text, 'plan.json');
  } catch (error) {
    if (error instanceof LenkwerkError && error.code === 'invalid-input') return undefined;
    throw error;
  }
}

/** Always holds the text that must not be outside of code. */
const value = hostileText.map((text) => `${text}${MARKER}${text}`);
const source = fc.option(value.map((file) => ({ file, line: 1, column: 1 })));
const base = { reason: value, source, dangers: fc.constant(['deletes:many' as const]) };
const always = { validFrom: '-infinity', validUntil: 'infinity' };

function pair<Attributes>(attributes: fc.Arbitrary<Attributes>) {
  return fc.record({ before: fc.option(attributes), after: fc.option(attributes) });
}

const config = pair(fc.record({ key: value, value: value.map((text) => JSON.stringify(text)) }));
const host = { host: value, port: fc.constant(5432), username: value };
const instance = pair(fc.record({ ...host, status: fc.constant('online' as const) }));
const index = pair(
  fc
    .record({ name: value, method: value, tablespace: value })
    .map((row) => ({ ...row, ...always })),
);
const field = pair(
  fc
    .record({ index: value, expression: value })
    .map((row) => ({ ...row, ordinality: 0, ...always })),
);
const dimension = pair(
  fc
    .record({ field: value, default: fc.option(value) })
    .map((row) => ({ ...row, ordinality: 0, ...always })),
);
const entry = fc.record({ key: value, schaufel: value, copies: fc.array(value, { maxLength: 3 }) });
const servermap = pair(
  fc.oneof(
    fc.array(entry, { maxLength: 3 }).map((entries) => ({ algorithm: 'ring' as const, entries })),
    value.map((map) => ({ algorithm: 'literal' as const, map: JSON.stringify(map) })),
  ),
);

const action = fc.constantFrom('create', 'update', 'delete', 'expire', 'revive');
const common = fc.record({ address: value, action, ...base });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(config, common).map(([row, rest]) => ({ kind: 'config' as const, ...row, ...rest })),
  fc.tuple(instance, common).map(([row, rest]) => ({ kind: 'instance' as const, ...row, ...rest })),
  fc.tuple(index, common).map(([row, rest]) => ({ kind: 'index' as const, ...row, ...rest })),
  fc.tuple(field, common).map(([row, rest]) => ({ kind: 'index-field' as const, ...row, ...rest })),
  fc
    .tuple(dimension, common)
    .map(([row, rest]) => ({ kind: 'dimension' as const, ...row, ...rest })),
  fc
    .tuple(servermap, common)
    .map(([row, rest]) => ({ kind: 'servermap' as const, ...row, ...rest })),
);

export const outputProperty = fuzzProperty(
  'no value of a plan steers a terminal or leaves its place in Markdown',
  fc.tuple(fc.array(change, { maxLength: 4 }), value),
  ([changes, text]) => {
    const cluster = { database: text, id: text };
    requireSafeOutputs(planOf(changes, { cluster, notices: [text], gitCommit: text }), text);
  },
);
