/** Ordinary messages for an index expression: one that works for none of them is of no use. */
import { recognisePointer } from '../../model/json-pointer.js';
import { MAX_EXPRESSION_LENGTH } from './lexis.js';

export interface Samples {
  /** Texts of JSON objects that have the members which the expression reads; none: not needed. */
  readonly filled: readonly string[];
  /** Texts of JSON objects that lack them, or have null there. */
  readonly bare: readonly string[];
}

/** What a member may hold; the first ones suit most expressions. */
const VALUES: readonly unknown[] = [
  ...['1700000000', '1', 1, 'some text', true, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03'],
  ...['f47ac10b-58cc-4372-a567-0e02b2c3d479', '2024-02-29T12:34:56Z', 'a,b', '{"k": 1}', '1.5'],
  ...[[1, 'a'], { k: 1 }, [{ k: 'a' }], 'x'.repeat(5000)],
];

/** What a member may hold that is cast to such a type. */
const VALUES_OF_TYPES: readonly (readonly [RegExp, unknown])[] = [
  [/^(?:small|big)?int|^int/, 7],
  [/^(?:numeric|decimal|real|double|float)/, 1.5],
  [/^bool/, true],
  [/^uuid/, 'f47ac10b-58cc-4372-a567-0e02b2c3d479'],
  [/^(?:inet|cidr)/, '10.0.0.1'],
  [/^macaddr/, '08:00:2b:01:02:03'],
];
const OTHER_VALUE = 'some text';

/** More names than that make no difference to whether the expression works. */
const MAX_NAMES = 8;
const MAX_DEPTH = 6;
/** A member that no expression is likely to name. */
const UNNAMED = { 'another member': 'some text' };

/**
 * None for a compiled pointer, which never fails for a message without it. The names of members are
 * those that the expression's strings may denote: each beside the others, and each inside the one
 * before.
 */
export function sampleMessages(expression: string): Samples {
  if (recognisePointer(expression) !== undefined) return { filled: [], bare: [] };
  const names = namesIn(expression);
  const beside = (member: (name: string) => unknown) =>
    Object.fromEntries(names.map((name) => [name, member(name)]));
  const inside = (value: unknown) =>
    names.slice(0, MAX_DEPTH).reduceRight((inner, name) => ({ [name]: inner }), value);
  const filled = VALUES.flatMap((value) => {
    return names.length > 1 ? [beside(() => value), inside(value)] : [beside(() => value)];
  });
  return {
    filled: texts([beside((name) => valueFor(name, expression)), ...filled]),
    bare: texts([UNNAMED, beside(() => null)]),
  };
}

function texts(messages: readonly unknown[]): readonly string[] {
  return [...new Set(messages.map((message) => JSON.stringify(message)))];
}

/** By the cast behind the name, such as `'id')::uuid`. */
function valueFor(name: string, expression: string): unknown {
  const [, behind = ''] = expression.split(`'${name.replaceAll("'", "''")}'`);
  const type = /^\s*\)*\s*(?:::|as\s)\s*(\w+)/i.exec(behind)?.[1]?.toLowerCase() ?? '';
  const [, value] = VALUES_OF_TYPES.find(([pattern]) => pattern.test(type)) ?? [];
  return value ?? OTHER_VALUE;
}

function namesIn(expression: string): readonly string[] {
  const head = expression.slice(0, MAX_EXPRESSION_LENGTH);
  const strings = [...head.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) =>
    text.replaceAll("''", "'"),
  );
  const names = strings.flatMap((text) => {
    const list = /^\{(.*)\}$/.exec(text)?.[1];
    return list === undefined ? [text] : list.split(',').map((name) => name.trim());
  });
  return names.length === 0 ? ['message'] : [...new Set(names)].slice(0, MAX_NAMES);
}
