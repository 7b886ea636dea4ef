import { expect, test } from 'vitest';
import { chooseEnvironment, requireEnvironment } from '../../../../src/manifest/project/choice.js';
import { parseProject } from '../../../../src/manifest/project/project.js';
import { SourceFile } from '../../../../src/manifest/source.js';
import { errorOf } from '../../../support/error-of.js';

function project(rest = '') {
  const text = `apiVersion: lenkwerk/v1\nkind: Project\n${rest}`;
  return parseProject(new SourceFile('lenkwerk.yaml', text));
}

const TWO = 'environments: {a: {}, b: {}, c: {}}\n';

test('the flag precedes the variable, and that the file', async () => {
  const given = { project: await project(`${TWO}default-environment: c`) };
  const chosen = (flag?: string, variable?: string) => {
    const { name, chosenBy } = chooseEnvironment({ ...given, flag, variable }) ?? {};
    return [name, chosenBy];
  };
  expect(chosen('a', 'b')).toEqual(['a', '--env']);
  expect(chosen(undefined, 'b')).toEqual(['b', 'LENKWERK_ENV']);
  expect(chosen(undefined, '')).toEqual(['c', 'default-environment']);
});

test('a name that is not there is refused with the nearest', async () => {
  const sources = { project: await project(TWO.replace('a:', 'staging:')), variable: undefined };
  const refusal = errorOf(() => chooseEnvironment({ ...sources, flag: 'stagng' }));
  expect(refusal).toMatchObject({ code: 'usage', hint: 'did you mean staging?' });
  const without = { project: undefined, flag: undefined, variable: 'a' };
  expect(errorOf(() => chooseEnvironment(without)).message).toContain('there is no lenkwerk.yaml');
});

test('where environments exist, work on a cluster needs one', async () => {
  const none = { flag: undefined, variable: undefined };
  const sources = { project: await project(TWO), ...none };
  expect(chooseEnvironment(sources)).toBeUndefined();
  const refusal = errorOf(() => requireEnvironment(sources));
  expect(refusal).toMatchObject({ code: 'usage', hint: expect.stringContaining('a, b, c') });
  expect(requireEnvironment({ project: await project(), ...none })).toBeUndefined();
  expect(requireEnvironment({ project: undefined, ...none })).toBeUndefined();
});
