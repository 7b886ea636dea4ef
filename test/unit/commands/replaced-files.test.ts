/** Which files a result may replace. */
import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formFiles, writeResultFile } from '../../../src/commands/outputs.js';
import { PLAN_FORMS, VERIFY_FORMS } from '../../../src/rendering/forms.js';
import { lenkwerk } from '../../support/cli/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-replace-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const GOLDENS = 'test/unit/rendering/goldens';
const NO_INPUTS = { inputs: new Set<string>() };

describe('an earlier result is replaced', () => {
  test.each([
    ['json', 'every-kind.json'],
    ['markdown', 'every-kind.md'],
    ['sql', 'every-kind.sql'],
    ['text', 'every-kind.txt'],
    ['text', 'nothing.txt'],
    ['text', 'hostile.txt'],
    ['json', 'nothing.json'],
    ['markdown', 'nothing.md'],
    ['sql', 'nothing.sql'],
  ])('%s of a plan: %s', async (form, golden) => {
    const file = write('earlier', readFileSync(`${GOLDENS}/${golden}.golden`, 'utf8'));
    expect(await formFiles(NO_INPUTS, PLAN_FORMS, { [`${form}Into`]: file })).toHaveLength(1);
  });

  test.each([
    ['json', 'verify.json'],
    ['markdown', 'verify.md'],
    ['text', 'verify.txt'],
  ])('%s of a verdict', async (form, golden) => {
    const file = write('earlier', readFileSync(`${GOLDENS}/${golden}.golden`, 'utf8'));
    expect(await formFiles(NO_INPUTS, VERIFY_FORMS, { [`${form}Into`]: file })).toHaveLength(1);
  });

  test('an empty file, as mktemp and pipelines make it, and a device', async () => {
    for (const out of [write('empty', ''), '/dev/null', join(folder, 'new')]) {
      expect(await formFiles(NO_INPUTS, PLAN_FORMS, { out })).toHaveLength(1);
    }
  });
});

test.each(Object.keys(PLAN_FORMS))('another file needs --force: %s', async (form) => {
  const file = write('notes.txt', 'mine\n');
  const flags = { [`${form}Into`]: file };
  await expect(formFiles(NO_INPUTS, PLAN_FORMS, flags)).rejects.toThrow(
    /notes\.txt is no earlier result: it is not replaced$/,
  );
  const forced = await formFiles(NO_INPUTS, PLAN_FORMS, { ...flags, force: true });
  expect(forced).toHaveLength(1);
});

test('JSON of another form needs --force, and so does a file of another program', async () => {
  const plan = write('plan.json', readFileSync(`${GOLDENS}/nothing.json.golden`, 'utf8'));
  const verdict = write('verify.json', readFileSync(`${GOLDENS}/verify.json.golden`, 'utf8'));
  const other = write('module.json', '{"formatVersion":"1.1","component":{}}');
  const noResult = /is no earlier result: it is not replaced$/;
  for (const file of [plan, other]) {
    const flags = { jsonInto: file };
    await expect(formFiles(NO_INPUTS, VERIFY_FORMS, flags)).rejects.toThrow(noResult);
  }
  for (const file of [verdict, other]) {
    const flags = { jsonInto: file };
    await expect(formFiles(NO_INPUTS, PLAN_FORMS, flags)).rejects.toThrow(noResult);
  }
  const unconfirmed = { textInto: write('verify.txt', 'unconfirmed: it seems so\n') };
  expect(await formFiles(NO_INPUTS, VERIFY_FORMS, unconfirmed)).toHaveLength(1);
});

test('two results are not written to one file', async () => {
  const flags = { jsonInto: join(folder, 'a'), markdownInto: join(folder, '.', 'a') };
  await expect(formFiles(NO_INPUTS, PLAN_FORMS, flags)).rejects.toThrow(/two results would be/);
  const devices = { jsonInto: '/dev/null', markdownInto: '/dev/null' };
  expect(await formFiles(NO_INPUTS, PLAN_FORMS, devices)).toHaveLength(2);
});

test('a file that was read is not replaced under any name, even with --force', async () => {
  const file = write('m.yaml', 'a manifest');
  linkSync(file, join(folder, 'hard'));
  symlinkSync(file, join(folder, 'soft'));
  for (const name of ['m.yaml', 'hard', 'soft', './m.yaml']) {
    const flags = { out: join(folder, name), force: true };
    await expect(formFiles({ inputs: new Set([file]) }, PLAN_FORMS, flags)).rejects.toThrow(
      /which this command reads: it is not replaced$/,
    );
  }
  expect(readFileSync(file, 'utf8')).toBe('a manifest');
});

test('without a mark only the same content is replaced', async () => {
  const file = write('cluster.yaml', 'one');
  const target = { ...NO_INPUTS, file, isPrivate: false, force: false, mark: undefined };
  await writeResultFile(target, 'one');
  await expect(writeResultFile(target, 'two')).rejects.toThrow(/exists, with another content/);
  await writeResultFile({ ...target, force: true }, 'two');
  expect(readFileSync(file, 'utf8')).toBe('two');
});

test('plan --from keeps both sides, also below a folder', async () => {
  const text = 'apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: {a: 1}\n';
  const [from, to] = [write('from.yaml', text), write('to.yaml', text)];
  for (const file of [from, to]) {
    const args = ['plan', '--from', from, '--to', to, '--json-into', file, '--force'];
    expect(await lenkwerk(args)).toMatchObject({ exitCode: 3 });
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
});
