/** Reading paths: folders, links, devices, standard input, and the order of arguments. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_BYTES } from '../../../src/manifest/allowance.js';
import { loadManifests } from '../../../src/manifest/load.js';
import { HEAD } from '../../support/states/manifest-problems.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-manifests-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, section = ''): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, HEAD + section);
  return path;
}

/** The files that were read, or `file: message`, both relative to the folder. */
async function outcome(...paths: readonly string[]): Promise<readonly string[]> {
  const result = await loadManifests(paths);
  const relative = (file: string) => file.replace(`${folder}/`, '');
  if (result.kind === 'ok') return result.files.map(relative);
  return result.problems.map(({ file, message }) => `${relative(file)}: ${message}`);
}

describe('folders', () => {
  test('denote the manifests below them, hidden ones excepted', async () => {
    for (const name of ['b.yml', 'a.yaml', 'sub/c.yaml', '.hidden.yaml', '.git/d.yaml'])
      write(name);
    writeFileSync(join(folder, 'notes.txt'), 'not a manifest');
    expect(await outcome(folder)).toEqual(['a.yaml', 'b.yml', 'sub/c.yaml']);
  });

  test('without a manifest are an error, not an empty desired state', async () => {
    expect(await outcome(folder)).toEqual([`${folder}: no manifest found`]);
    const none = await loadManifests([]);
    expect(none.kind).toBe('problems');
  });

  test('a file named twice, or inside a named folder, counts once', async () => {
    const file = write('a.yaml', 'config: {a: 1}');
    expect(await outcome(file, folder, `${folder}/./a.yaml`)).toEqual(['a.yaml']);
  });
});

describe('what a folder holds beside manifests', () => {
  const OTHER = 'services: {web: {image: &i x}}\nx: !Ref y\n';
  const others = (name: string, text = OTHER) => {
    write(name);
    writeFileSync(join(folder, name), text);
  };

  test('is passed over, with one notice for a file', async () => {
    write('a.yaml');
    others('compose.yaml');
    others('two.yaml', 'a: 1\n---\nb: 2\n');
    others('lenkwerk.yaml', 'apiVersion: lenkwerk/v1\nkind: Project\n');
    const result = await loadManifests([folder]);
    expect(result).toMatchObject({
      kind: 'ok',
      files: [join(folder, 'a.yaml')],
      notices: [
        `${folder}/compose.yaml: a document with neither apiVersion nor kind is passed over`,
        `${folder}/two.yaml: a document with neither apiVersion nor kind is passed over`,
      ],
    });
  });

  test('is one problem where there is no manifest, and a problem where it is named', async () => {
    others('compose.yaml');
    others('values.yaml', 'a: 1');
    const [only, ...more] = await outcome(folder);
    expect([only, more]).toEqual([
      'compose.yaml: no manifest found: neither this file nor another one is one',
      [],
    ]);
    write('a.yaml');
    expect((await outcome(folder, join(folder, 'values.yaml'))).join()).toContain('unknown field');
  });

  test('that is meant for one and cannot be read is a problem', async () => {
    write('a.yaml');
    others('b.yaml', 'apiVersion: lenkwerk/v1\nkind: &k Cluster\n');
    others('c.yaml', 'kin: Cluster\napiVersion: lenkwerk/v1\n');
    expect((await outcome(folder)).join()).toMatch(/b\.yaml.*c\.yaml/);
  });

  test('is passed over by name: packages, and what .lenkwerkignore lists', async () => {
    for (const name of [
      'a.yaml',
      'node_modules/b.yaml',
      'drafts/c.yaml',
      'sub/d.yaml',
      'sub/e.yaml',
    ])
      write(name);
    writeFileSync(join(folder, '.lenkwerkignore'), 'drafts/\n');
    writeFileSync(join(folder, 'sub/.lenkwerkignore'), '# not yet\nd.yaml\n');
    expect(await outcome(folder)).toEqual(['a.yaml', 'sub/e.yaml']);
    expect(await outcome(join(folder, 'drafts/c.yaml'))).toEqual(['drafts/c.yaml']);
    writeFileSync(join(folder, '.lenkwerkignore'), 'drafts/\n!drafts/c.yaml\n');
    expect((await outcome(folder)).join()).toContain('has a pattern with !');
  });
});

const OPEN = '$' + '{';

test('what looks like a variable in a value gets a notice', async () => {
  write('a.yaml', `config:\n  # ${OPEN}ignored}\n  kafka_topic: events-${OPEN}ENV}\n`);
  const file = join(folder, 'a.yaml');
  expect(await loadManifests([folder])).toMatchObject({
    notices: [`${file}:5: \${...} stays as it is written: manifests have no variables`],
  });
  writeFileSync(file, `${HEAD}# ${OPEN}ignored}\n`);
  expect(await loadManifests([folder])).toMatchObject({ notices: [] });
});

describe('symbolic links', () => {
  test('within the folder are followed to files only', async () => {
    write('sub/a.yaml', 'config: {a: 1}');
    symlinkSync('sub/a.yaml', join(folder, 'link.yaml'));
    symlinkSync('.', join(folder, 'loop'));
    symlinkSync('.', join(folder, 'loop.yaml'));
    expect(await outcome(folder)).toEqual(['link.yaml']);
  });

  test('that leave the folder are refused', async () => {
    const outside = write('outside.yaml');
    write('inside/a.yaml');
    symlinkSync(outside, join(folder, 'inside/b.yaml'));
    expect(await outcome(join(folder, 'inside'))).toEqual([
      'inside/b.yaml: a symbolic link that leaves the folder',
    ]);
  });

  test('to a sibling folder whose name begins alike are refused', async () => {
    write('in/a.yaml');
    const outside = write('in-2/b.yaml');
    symlinkSync(outside, join(folder, 'in/b.yaml'));
    expect(await outcome(join(folder, 'in'))).toEqual([
      'in/b.yaml: a symbolic link that leaves the folder',
    ]);
  });

  test('that loop or dangle are errors', async () => {
    symlinkSync('b.yaml', join(folder, 'a.yaml'));
    symlinkSync('a.yaml', join(folder, 'b.yaml'));
    symlinkSync('nowhere', join(folder, 'c.yaml'));
    const expected = [
      'a.yaml: a loop of symbolic links',
      'b.yaml: a loop of symbolic links',
      'c.yaml: no such file or folder',
    ];
    expect(await outcome(folder)).toEqual(expected);
    expect(await outcome(join(folder, 'a.yaml'))).toEqual(expected.slice(0, 1));
  });
});

const TOO_LARGE = 'larger than 16 MiB, with the manifests read before';

describe('what is not a manifest file', () => {
  test('a FIFO does not block', async () => {
    execFileSync('mkfifo', [join(folder, 'a.yaml')]);
    expect(await outcome(join(folder, 'a.yaml'))).toEqual(['a.yaml: not a regular file']);
    expect(await outcome(folder)).toEqual(['a.yaml: not a regular file']);
  });

  test('a device', async () => {
    expect(await outcome('/dev/zero')).toEqual(['/dev/zero: not a regular file']);
  });

  test('a missing path', async () => {
    expect(await outcome(join(folder, 'a'))).toEqual(['a: no such file or folder']);
  });

  test('a file over the limit', async () => {
    truncateSync(write('a.yaml'), MAX_BYTES + 1);
    expect(await outcome(folder)).toEqual([`a.yaml: ${TOO_LARGE}`]);
  });

  test('several files that are over the limit together', async () => {
    const comment = '# comment\n'.repeat(Math.ceil(MAX_BYTES / 39));
    const names = ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'e.yaml'];
    for (const name of names) write(name, comment);
    expect(await outcome(folder)).toEqual([`d.yaml: ${TOO_LARGE}`, `e.yaml: ${TOO_LARGE}`]);
    const some = names.slice(0, 3).map((name) => join(folder, name));
    expect((await loadManifests(some)).kind).toBe('ok');
  });

  test('many files that are more than one run may hold', async () => {
    for (let i = 0; i < 4; i++) write(`${i}.yaml`, `config: {}\n---\n${HEAD}`.repeat(3000));
    expect(await outcome(folder)).toEqual([
      '3.yaml: more than the manifests of one run may hold together',
    ]);
  });
});

describe('standard input', () => {
  test('is one more file', async () => {
    const stdin = Readable.from([
      Buffer.from(HEAD),
      Buffer.from('cluster: é').subarray(0, 10),
      Buffer.from('é').subarray(1),
    ]);
    const result = await loadManifests(['-', write('a.yaml')], { stdin });
    expect(result).toMatchObject({ kind: 'ok', desired: { cluster: 'é' } });
  });

  test('is bounded', async () => {
    const endless = (function* () {
      for (;;) yield Buffer.alloc(1024 * 1024, '#');
    })();
    const result = await loadManifests(['-'], { stdin: Readable.from(endless) });
    expect(result).toMatchObject({
      kind: 'problems',
      problems: [{ file: '<stdin>', message: TOO_LARGE }],
    });
  });

  test('is refused where there is none', async () => {
    expect(await outcome('-')).toEqual(['<stdin>: standard input is not read here']);
  });
});

test('the order of paths does not matter, nor does naming one again', async () => {
  const sections = ['instances: [{host: a, username: u}]', 'config: {a: 1}', 'config: {b: 2}'];
  const paths = sections.map((section, i) => write(`${i}.yaml`, section));
  paths.push(write('bad/dup.yaml', 'dimensions: [{field: a}, {field: a}]'), folder);
  const sets = fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(sets, fc.infiniteStream(fc.nat()), async (set, random) => {
      const shuffled = [...set, ...set]
        .map((path) => ({ path, weight: random.next().value ?? 0 }))
        .sort((a, b) => a.weight - b.weight);
      const expected = await loadManifests(set);
      expect(await loadManifests(shuffled.map(({ path }) => path))).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
