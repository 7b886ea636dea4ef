/** Manifests: whatever the bytes are, a desired state or problems with places in the file. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decodeManifest } from '../../../src/manifest/decode.js';
import { type Diagnostic, formatDiagnostics } from '../../../src/manifest/problems/diagnostic.js';
import { SourceFile } from '../../../src/manifest/source.js';
import { desiredFromFiles } from '../states/read-manifests.js';
import { fuzzProperty, requirePrintable, within } from './fuzz-property.js';
import { hostileText, mutated } from './mutations.js';

/** Far above the time for a few kilobytes, for busy machines. */
const LIMIT_MS = 5_000;
const NAME = 'cluster.yaml';

const WORDS = [
  ...['apiVersion', 'lenkwerk/v1', 'kind', 'Cluster', 'instances', 'host', 'storage-[01-12].a'],
  ...['port', '5432', 'status', 'online', 'dimensions', 'field', '/a~1b', 'indexes', 'name'],
  ...['method', 'gin', 'fields', 'pointer', 'expression', "lower(data->>'a')", 'servermap'],
  ...['algorithm', 'ring', 'map', 'config', 'kvstore_config', '-1', '1.5e3', 'true', 'a[9-1]b'],
];

/** Random text of YAML's parts, so that it nests, indents and quotes at random. */
const structural = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 6 }).map((depth) => ' '.repeat(depth)),
      fc.constantFrom('', '- ', '? ', '- - ', '"', '{', '[', '# ', '&a ', '!!map '),
      fc.oneof(fc.constantFrom(...WORDS), hostileText),
      fc.constantFrom('', ': ', ':', ' |', ' >', '}', ']', ',', '"'),
      fc.oneof(fc.constantFrom(...WORDS, ''), hostileText),
    ),
    { maxLength: 30 },
  )
  .map((lines) => lines.map((parts) => parts.join('')).join('\n'));

const HEAD = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';

const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  hostileText.map((text) => Buffer.from(text)),
  structural.map((text) => Buffer.from(text)),
  structural.map((text) => Buffer.from(HEAD + text)),
  { weight: 4, arbitrary: mutated(exampleManifests()) },
);

export const manifestProperty = fuzzProperty(
  'a manifest of any bytes is read, or has problems with places',
  bytes,
  (content) => {
    const problems = within(LIMIT_MS, () => problemsOf(content));
    if (problems === undefined) return;
    if (problems.length === 0) throw new Error('refused without a problem');
    for (const problem of problems) requirePlaces(problem, content);
    requirePrintable(formatDiagnostics(problems), 'the list of problems');
  },
);

/** undefined: a desired state came out. */
function problemsOf(content: Uint8Array): readonly Diagnostic[] | undefined {
  const file = decodeManifest(NAME, content);
  if (!(file instanceof SourceFile)) return file;
  const result = desiredFromFiles([file]);
  return result.kind === 'ok' ? undefined : result.problems;
}

/** The end of the text is a place too: something may be missing there. */
function requirePlaces({ related, ...problem }: Diagnostic, content: Uint8Array): void {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content).split('\n');
  for (const place of [problem, related ?? problem]) {
    const length = lines[place.line - 1]?.length ?? -1;
    if (place.file === NAME && place.column >= 1 && place.column <= length + 1) continue;
    throw new Error(`a place outside of the file: ${JSON.stringify(place)}`);
  }
}

function exampleManifests(): readonly Buffer[] {
  const files = ['quickstart/cluster.yaml', 'quickstart/cluster-next.yaml'];
  const more = ['two-regions/cluster.yaml', 'fleet/cluster/instances.yaml'];
  const rest = ['fleet/cluster/messages.yaml', 'fleet/cluster/config.yaml'];
  return [...files, ...more, ...rest].map((name) => readFileSync(`examples/${name}`));
}
