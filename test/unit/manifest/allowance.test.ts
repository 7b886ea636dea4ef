/** What the YAML library reads is bounded, and ends at few syntax problems. */
import { describe, expect, test } from 'vitest';
import { type Allowance, newAllowance } from '../../../src/manifest/allowance.js';
import { SourceFile } from '../../../src/manifest/source.js';
import { MAX_SYNTAX_PROBLEMS, parseManifest } from '../../../src/manifest/yaml/parse.js';
import { problems } from '../../support/states/manifest-problems.js';

const TOO_MUCH = 'more than the manifests of one run may hold together';

describe('of many syntax problems only those that are shown take memory', () => {
  const MORE = 'more than 19 places are no YAML: the rest was not read';
  /** Less than the errors of the library alone would take. */
  const MAX_HEAP_BYTES = 100 * 1024 * 1024;

  test.each([
    ['brackets', `config:\n  a: ${'[}'.repeat(400_000)}`],
    ['escapes in one text', `config:\n  a: "${'\\q'.repeat(500_000)}"`],
    ['escapes in many texts', `config:\n  a: [${'"\\q",'.repeat(100_000)}]`],
    ['tabs and indicators', `config:\n${'\t@: `\n'.repeat(60_000)}`],
    ['tags without a meaning', `config: [${'!a x,'.repeat(60_000)}]`],
  ])('%s', (_, section) => {
    const before = process.memoryUsage().heapUsed;
    const found = problems(section);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(MAX_HEAP_BYTES);
    expect(found.length).toBeLessThanOrEqual(2 * MAX_SYNTAX_PROBLEMS);
    expect(found.filter((problem) => problem.endsWith(MORE))).toHaveLength(1);
    expect(found.filter((problem) => problem.endsWith(': '))).toEqual([]);
  });

  test('directives, which are problems without the library as well', () => {
    const found = problems(`${'%FOO\n'.repeat(300_000)}---\na: 1`);
    expect(found.length).toBeLessThanOrEqual(2 * MAX_SYNTAX_PROBLEMS + 1);
  });
});

describe('an allowance', () => {
  const file = new SourceFile('a.yaml', 'a: 1\nb: |\n  c\n---\nd: 2\n');
  const read = (few: Partial<Allowance>) =>
    parseManifest(file, { allowance: { ...newAllowance(), ...few }, plainUntil: 5 });

  test.each([[{ documents: 1 }], [{ lexemes: 10 }], [{ characters: file.text.length - 1 }]])(
    'too small for a file is a problem where it is not plain: %j',
    (few) => {
      expect(read(few)).toMatchObject({
        documents: [],
        problems: {
          count: 1,
          first: [{ line: 2, column: 1, message: TOO_MUCH }],
        },
      });
    },
  );

  test('is reduced by what was read', () => {
    const allowance = newAllowance();
    expect(parseManifest(file, { allowance, plainUntil: 5 }).documents).toHaveLength(2);
    const { documents, characters, values } = newAllowance();
    expect(allowance).toMatchObject({
      documents: documents - 2,
      characters: characters - file.text.length,
      values,
    });
    expect(newAllowance().lexemes - allowance.lexemes).toBeGreaterThan(10);
  });
});
