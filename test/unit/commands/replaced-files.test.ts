/** Which files a result may replace. */
import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyContext, type GivenContext } from '../../../src/applying/context/context.js';
import { formFiles } from '../../../src/commands/outputs.js';
import { writeResultFile } from '../../../src/commands/result-file.js';
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
const NO_INPUTS = applyContext();

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
    const flags = { out: `${folder}/${name}`, force: true };
    const what = name.endsWith('m.yaml') ? 'a file' : `${file},`;
    await expect(
      formFiles(applyContext({ inputs: new Set([file]) }), PLAN_FORMS, flags),
    ).rejects.toThrow(`${name} is ${what} which this command reads: it is not replaced`);
  }
  expect(readFileSync(file, 'utf8')).toBe('a manifest');
});

describe('a file that settings name is an input', () => {
  const url = (parameter: string) => ({ connection: { url: `postgres://h/d?${parameter}` } });
  const store = (text: string) => ({ kv: { text, source: 'command-line' } as const });
  test.each<readonly [string, (file: string) => GivenContext]>([
    ['PGPASSFILE', (file) => ({ environment: { PGPASSFILE: file } })],
    ['passfile of a URL', (file) => url(`passfile=${file}`)],
    ['PGSSLROOTCERT', (file) => ({ environment: { PGSSLROOTCERT: file } })],
    ['sslcert of a URL', (file) => url(`sslcert=${file}`)],
    ['sslkey of a URL', (file) => url(`sslkey=${file}`)],
    ['PGSSLCRL', (file) => ({ environment: { PGSSLCRL: file } })],
    ['PGSERVICEFILE', (file) => ({ environment: { PGSERVICEFILE: file } })],
    ['the services of a machine', (file) => ({ environment: { PGSYSCONFDIR: dirname(file) } })],
    ['ca of a store', (file) => store(`etcds://h?ca=${file}`)],
    ['key of a store', (file) => store(`etcds://h?cert=/c&key=${file}`)],
    ['sslkey of a store', (file) => store(`postgres://h/d?sslkey=${file}`)],
    ['passfile of a store', (file) => store(`postgres://h/d?passfile=${file}`)],
    ['variables of a store', (file) => etcdctl({ ETCDCTL_CACERT: file })],
  ])('%s', async (_, given) => {
    const file = write('pg_service.conf', '');
    const flags = { textInto: file, force: true };
    await expect(formFiles(applyContext(given(file)), PLAN_FORMS, flags)).rejects.toThrow(
      /which this command reads: it is not replaced$/,
    );
    expect(await formFiles(applyContext(), PLAN_FORMS, flags)).toHaveLength(1);
  });

  test('the files of the user, where nothing else is named', async () => {
    const environment = { HOME: folder };
    for (const name of ['.pgpass', '.pg_service.conf']) {
      const flags = { textInto: write(name, ''), force: true };
      await expect(formFiles(applyContext({ environment }), PLAN_FORMS, flags)).rejects.toThrow(
        /which this command reads: it is not replaced$/,
      );
    }
  });

  test('sources that cannot be read keep no plan from being written', async () => {
    const context = applyContext({ environment: { DATABASE_URL: 'mysql://h/d' } });
    const flags = { textInto: join(folder, 'new') };
    expect(await formFiles(context, PLAN_FORMS, flags)).toHaveLength(1);
  });
});

function etcdctl(variables: Readonly<Record<string, string>>): GivenContext {
  return { environment: { ETCDCTL_ENDPOINTS: 'https://h:2379', ...variables } };
}

test('without a mark only the same content is replaced', async () => {
  const file = write('cluster.yaml', 'one');
  const kept = { isPrivate: false, isReplaced: false };
  const target = { ...NO_INPUTS, ...kept, file, force: false, mark: undefined };
  await writeResultFile(target, 'one');
  await expect(writeResultFile(target, 'two')).rejects.toThrow(/exists, with another content/);
  await writeResultFile({ ...target, force: true }, 'two');
  expect(readFileSync(file, 'utf8')).toBe('two');
});

test('what a folder holds besides manifests is kept as well', async () => {
  const text = 'apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: {a: 1}\n';
  const from = write('from.yaml', text);
  write('values.yaml', 'a: 1\n');
  write('.lenkwerkignore', 'nothing\n');
  for (const name of ['values.yaml', '.lenkwerkignore']) {
    const into = ['--text-into', join(folder, name), '--force'];
    const { stderr } = await lenkwerk(['plan', '--from', from, '--to', folder, ...into]);
    expect(stderr).toContain('which this command reads: it is not replaced');
  }
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
