/** What stays as it is although its section is managed. */
import { describe, expect, test } from 'vitest';
import { desired, sectionProblems } from '../../support/states/manifest-problems.js';

describe('unmanaged', () => {
  test('the lists of all documents are one', () => {
    expect(desired('unmanaged: [config/a, "instance/h/1:5432"]\nconfig: {}').unmanaged).toEqual([
      'config/a',
      'instance/h/1:5432',
    ]);
  });

  test.each([
    [
      'unmanaged: [config/a]\nconfig: {a: 1}',
      'config/a is listed in its section, so it is managed',
    ],
    [
      'unmanaged: [dimension//a]\ndimensions: [{field: a}]',
      'dimension//a is listed in its section',
    ],
    ['unmanaged: [config/a, config/a]', 'unmanaged config/a is listed twice'],
    ['unmanaged: [servermap]', '"servermap" is not well-formed'],
    ['unmanaged: [table/x]', '"table/x" is not well-formed'],
  ])('%s', (section, message) => {
    expect(sectionProblems(section).join()).toContain(message);
  });

  test('the methods of indexes are known to the database where their key is unmanaged', () => {
    const indexes = 'indexes: [{name: i, method: rum, fields: []}]\nconfig: {}\n';
    expect(sectionProblems(indexes).join()).toContain('unknown access method');
    expect(sectionProblems(`${indexes}unmanaged: [config/additional_index_types]`)).toEqual([]);
  });
});
