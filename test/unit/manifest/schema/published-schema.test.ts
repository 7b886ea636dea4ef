/** The schema is the documentation in an editor, and the examples are what people copy. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadManifests } from '../../../../src/manifest/load.js';
import { formatDiagnostics } from '../../../../src/manifest/problems/diagnostic.js';
import type { DesiredState } from '../../../../src/model/resources.js';
import { hasHidden } from '../../../../src/model/text.js';

const KINDS = ['cluster', 'overrides', 'project'];

function schema(name: string): string {
  const file = new URL(`../../../../schema/${name}.schema.json`, import.meta.url);
  return readFileSync(file, 'utf8');
}

test.each(KINDS)('%s: every property has a title and a description', (name) => {
  const silent: string[] = [];
  JSON.parse(schema(name), (key, value: unknown) => {
    if (key !== 'properties' || typeof value !== 'object' || value === null) return value;
    for (const [name, property] of Object.entries(value)) {
      const { $ref, title, description } = { $ref: '', title: '', description: '', ...property };
      if ($ref === '' && (title === '' || description === '')) silent.push(name);
    }
    return value;
  });
  expect(silent).toEqual([]);
});

test('names refuse the characters that outputs escape, and no others', () => {
  const patterns = new Set<string>();
  JSON.parse(`[${KINDS.map(schema)}]`, (key, value: unknown) => {
    if (key === 'pattern' && typeof value === 'string' && value.includes('Cc')) patterns.add(value);
    return value;
  });
  // Of all names, and of hosts, which refuse spaces and slashes as well.
  expect(patterns.size).toBe(2);
  for (const pattern of [...patterns].map((source) => new RegExp(source, 'u'))) {
    for (let code = 0; code <= 0x10ffff; code++) {
      const name = `a${String.fromCodePoint(code)}`;
      if (/[\s/]/.test(name) || pattern.test(name) !== hasHidden(name)) continue;
      throw new Error(`${pattern} at U+${code.toString(16)}`);
    }
  }
});

async function example(name: string): Promise<DesiredState> {
  const path = new URL(`../../../../examples/quickstart/${name}`, import.meta.url).pathname;
  const result = await loadManifests([path]);
  if (result.kind === 'ok') return result.desired;
  throw new Error(formatDiagnostics(result.problems));
}

test('the quickstart and its next state differ by two instances and one index', async () => {
  const names = ({ instances = [], indexes = [] }: DesiredState) => [
    ...instances.map(({ host, port }) => `${host}:${port}`),
    ...indexes.map(({ name }) => name),
  ];
  const now = await example('cluster.yaml');
  const next = await example('cluster-next.yaml');
  expect(now.instances).toHaveLength(12);
  expect(names(next).filter((name) => !names(now).includes(name))).toEqual([
    'storage-13.example.com:5432',
    'storage-14.example.com:5432',
    'status_idx',
  ]);
  const rest = ({ dimensions, config }: DesiredState) =>
    JSON.stringify([dimensions, config], (key, value: unknown) => (key === 'source' ? 0 : value));
  expect(rest(next)).toBe(rest(now));
});
