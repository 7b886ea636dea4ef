/** What checking a manifest costs by its size, counted in steps. */
import { expect, test } from 'vitest';
import { checkReferences } from '../../../src/manifest/checks.js';
import { mergeDocuments } from '../../../src/manifest/merge.js';
import type { ClusterManifest } from '../../../src/manifest/schema/generated/cluster.js';
import { type MappingEntry, SourceFile, type SourceNode } from '../../../src/manifest/source.js';

const ENTRIES = 400;
/** Of the key of one entry, by all that is made of it. */
const MAX_READS = 10;

const span = { start: 0, end: 1 };
const text = (value: string): SourceNode => ({ kind: 'scalar', value, ...span });

function mapping(entries: readonly MappingEntry[]): SourceNode {
  return { kind: 'mapping', start: 0, entries };
}

function entry(key: string, value: SourceNode): MappingEntry {
  return { key, keySpan: span, value };
}

/** A mapping of many entries, and how often their keys were read so far. */
function counted(valueFor: (name: string) => SourceNode) {
  let reads = 0;
  const entries = Array.from({ length: ENTRIES }, (_, i): MappingEntry => {
    const name = `h${i}_1`;
    return {
      get key() {
        reads += 1;
        return name;
      },
      keySpan: span,
      value: valueFor(name),
    };
  });
  return { node: mapping(entries), reads: () => reads };
}

function check(section: string, node: SourceNode, manifest: Partial<ClusterManifest>) {
  const file = new SourceFile('a.yaml', ' ');
  const head = { apiVersion: 'lenkwerk/v1', kind: 'Cluster' } as const;
  const root = mapping([entry(section, node)]);
  const merged = mergeDocuments([{ file, root, manifest: { ...head, ...manifest } }]);
  return [...merged.problems, ...checkReferences(merged)];
}

test('an entry of the configuration costs the same among few and among many', () => {
  const { node, reads } = counted(text);
  expect(check('config', node, { config: {} })).toEqual([]);
  expect(reads()).toBeGreaterThanOrEqual(ENTRIES);
  expect(reads()).toBeLessThanOrEqual(ENTRIES * MAX_READS);
});

test('an entry of a literal server map costs the same among few and among many', () => {
  const instance = (name: string) =>
    mapping([entry('host', text(name.replace('_1', ''))), entry('port', text('1'))]);
  const { node, reads } = counted((name) => {
    const copies: SourceNode = {
      kind: 'sequence',
      start: 0,
      items: [instance(name), instance(name)],
    };
    return mapping([entry('schaufel', instance(name)), entry('copies', copies)]);
  });
  const servermap = mapping([entry('map', node)]);
  expect(check('servermap', servermap, { servermap: { map: { version: 1 } } })).toEqual([]);
  expect(reads()).toBeGreaterThanOrEqual(ENTRIES);
  expect(reads()).toBeLessThanOrEqual(ENTRIES * MAX_READS);
});
