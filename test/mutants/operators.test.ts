/** Every change, and where there is none. */
import { expect, test } from 'vitest';
import { mutantsOf } from './mutants.js';
import { OPERATORS } from './operators.js';

/** `operator: text with the change`, for a text without line breaks. */
function changesOf(text: string): readonly string[] {
  return mutantsOf('src/a.ts', text).map((mutant) => `${mutant.id.split(': ')[1]}: ${mutant.text}`);
}

const CASES: Readonly<Record<keyof typeof OPERATORS, readonly (readonly [string, string])[]>> = {
  condition: [
    ['if (a) b;', 'if (!(a)) b;'],
    ['while (!a) b;', 'while (a) b;'],
    ['c = a ? b : 1;', 'c = !(a) ? b : 1;'],
  ],
  logic: [
    ['a(b && c);', 'a((b || c));'],
    ['a(b || c || d);', 'a(((b || c) && d));'],
  ],
  comparison: [
    ['a(b < c);', 'a((b <= c));'],
    ['a(b >= c);', 'a((b > c));'],
    ['a(b === c);', 'a((b !== c));'],
  ],
  arithmetic: [
    ['a(b + 1);', 'a((b - 1));'],
    ['a(b * c);', 'a((b / c));'],
    ['a += 1;', 'a -= 1;'],
    ['for (;;) a++;', 'for (;;) a--;'],
  ],
  boolean: [['a(true);', 'a(false);']],
  text: [["a('b');", "a('');"]],
  list: [['a([b]);', 'a([]);']],
  return: [['function f() { if (a) return b; return c; }', 'function f() { if (a) ; return c; }']],
  throw: [['throw a;', ';']],
  jump: [['for (;;) break;', 'for (;;) ;']],
  call: [
    ['a();', ';'],
    ['await a();', ';'],
  ],
  assignment: [
    ['a = b;', ';'],
    ['a ??= b;', ';'],
  ],
  loop: [['for (const a of b) { a(); }', 'for (const a of b) {}']],
  optional: [
    ['a(b ?? c);', 'a((b));'],
    ['a(b?.c);', 'a(b.c);'],
    ['a(b?.[c]);', 'a(b[c]);'],
    ['a(b?.());', 'a(b());'],
  ],
  method: [
    ['a(b.some(c));', 'a(b.every(c));'],
    ['a(b.filter(c));', 'a(b);'],
  ],
};

test('every operator has a case', () => {
  expect(Object.keys(CASES)).toEqual(Object.keys(OPERATORS));
});

for (const [operator, cases] of Object.entries(CASES)) {
  test.each(cases)(`${operator}: %s`, (text, changed) => {
    expect(changesOf(text)).toContain(`${operator}: ${changed}`);
  });
}

test.each([
  "import a from 'b';",
  "export { a } from 'b';",
  "type A = 'b' | readonly ['c'];",
  'interface A { readonly b: true }',
  "const a: 'b' = b;",
  'let a = import("b");',
  "const a = { 'b-c': 1 };",
  'const a = "two words";',
  'const a = [];',
  "const [a = 'b'] = c;",
  "const a = 'two words' + c;",
  "assert(a === 'b', 'c');",
  "unreachable('a');",
  'function f() { return a; }',
])('there is none in: %s', (text) => {
  expect(changesOf(text)).toEqual([]);
});

test('a condition that is a comparison has one change', () => {
  expect(changesOf('if (a === b) c;')).toEqual(['comparison: if ((a !== b)) c;']);
});
