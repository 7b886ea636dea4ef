/** What checking a manifest costs by its size, counted in steps. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkReferences } from '../../../src/manifest/checks.js';
import { mergeDocuments } from '../../../src/manifest/merge.js';
import { MAX_SHOWN_PROBLEMS } from '../../../src/manifest/problems/diagnostic.js';
import { ProblemList } from '../../../src/manifest/problems/problem-list.js';
import type { ClusterManifest } from '../../../src/manifest/schema/generated/cluster.js';
import { clusterErrors } from '../../../src/manifest/schema/generated/cluster-validator.js';
import { CLUSTER, validateDocument } from '../../../src/manifest/schema/validate.js';
import { type MappingEntry, SourceFile, type SourceNode } from '../../../src/manifest/source.js';

const ENTRIES = 400;
/** Of the key of one entry, by all that is made of it. */
const MAX_READS = 10;

const span = { start: 0, end: 1 };
const text = (value: string): SourceNode => ({ kind: 'scalar', value, ...span });

function mapping(entries: readonly MappingEntry[]): SourceNode {
  return { kind: 'mapping', start: 0, entries: new Map(entries.map((e) => [e.key, e])) };
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
  const problems = new ProblemList();
  const merged = mergeDocuments([{ file, root, manifest: { ...head, ...manifest } }], [], problems);
  checkReferences(merged, problems);
  return problems.found().first;
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

test('an unknown field costs the same among few and among many, and few problems are kept', () => {
  const { node, reads } = counted(text);
  const problems = new ProblemList();
  const before = reads();
  const file = new SourceFile('a.yaml', ' ');
  expect(validateDocument(CLUSTER, { file, root: node }, problems)).toBe(undefined);
  // All of them, and the two fields that are missing.
  expect(problems.count).toBe(ENTRIES + 2);
  expect(problems.found().first.length).toBe(MAX_SHOWN_PROBLEMS);
  expect(reads() - before).toBeLessThanOrEqual(ENTRIES * MAX_READS);
});

test('of many problems the first ones by place are shown, whatever the order', () => {
  const file = new SourceFile('a.yaml', 'x\n'.repeat(ENTRIES));
  const problems = new ProblemList();
  let words = 0;
  for (let i = ENTRIES - 1; i >= 0; i--) {
    problems.add(file, { start: 2 * i, end: 2 * i + 1 }, () => {
      words += 1;
      return { message: `problem ${i}` };
    });
  }
  const { first, count } = problems.found();
  expect(first.map(({ line }) => line)).toEqual(
    Array.from({ length: MAX_SHOWN_PROBLEMS }, (_, i) => i + 1),
  );
  expect({ count, words }).toEqual({ count: ENTRIES, words: MAX_SHOWN_PROBLEMS });
});

test('the errors of the items of a list are not copied at each item', () => {
  const items = Array.from({ length: ENTRIES }, () => ({}));
  const copied = vi.spyOn(Array.prototype, 'concat');
  onTestFinished(() => copied.mockRestore());
  const errors = clusterErrors({ apiVersion: 'lenkwerk/v1', kind: 'Cluster', indexes: items });
  expect(errors.length).toBe(3 * items.length);
  expect(copied).not.toHaveBeenCalled();
});
