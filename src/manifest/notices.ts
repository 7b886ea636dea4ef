/** Notices about what is correct, and yet hardly what its author means. They have to be few. */
import { INTERFACE_KEYS } from '../model/installation.js';
import type { DesiredConfigEntry } from '../model/resources.js';
import { nearestName } from '../model/text.js';
import type { SourceFile, SourceNode } from './source.js';

/** Variables and templates of other tools. */
const MARKS = [
  { form: ['$', '{...}'].join(''), pattern: /\$\{\w/ },
  { form: '$(...)', pattern: /\$\(\w/ },
  { form: '{{ }}', pattern: /\{\{.*\}\}/ },
] as const;
/** Commands of a shell have variables of their own. */
const COMMANDS: ReadonlySet<string> = new Set(['schaufel_cmd', 'schaufel_log']);
/** In SQL, only the first of the marks is hardly anything else. */
const SQL = 'expression';

/** The first value of the file with a variable or a template: nothing is put in its place. */
export function placeholderNotices(
  file: SourceFile,
  documents: readonly SourceNode[],
): readonly string[] {
  if (!/\$[{(]|\{\{/.test(file.text)) return [];
  for (const root of documents) {
    const found = placeholderIn(root, '');
    if (found === undefined) continue;
    const { line } = file.place(found.offset);
    return [
      `${file.name}:${line}: ${found.form} stays as it is written: manifests have no variables`,
    ];
  }
  return [];
}

interface Placeholder {
  readonly offset: number;
  readonly form: string;
}

function placeholderIn(node: SourceNode, key: string): Placeholder | undefined {
  if (COMMANDS.has(key)) return undefined;
  if (node.kind === 'scalar') {
    const { value, start } = node;
    const marks = key === SQL ? MARKS.slice(0, 1) : MARKS;
    const mark = typeof value === 'string' && marks.find(({ pattern }) => pattern.test(value));
    return mark ? { offset: start, form: mark.form } : undefined;
  }
  const children =
    node.kind === 'sequence'
      ? node.items.map((item) => [key, item] as const)
      : [...node.entries].map(([name, { value }]) => [name, value] as const);
  for (const [name, child] of children) {
    const found = placeholderIn(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** More are another name. */
const MAX_EDITS = 2;
/** More come from a program, and take a second to compare. */
const MAX_COMPARED_KEYS = 10_000;
/** `kafka_topic2` and `kafka_topic_eu` are names of their own. */
const CONTINUATION = /^[\d_.-]/;

/** Keys that nothing knows, one or two letters from one that has a meaning and is not set. */
export function configKeyNotices(config: readonly DesiredConfigEntry[]): readonly string[] {
  if (config.length > MAX_COMPARED_KEYS) return [];
  const missing = [...INTERFACE_KEYS].filter((known) => config.every(({ key }) => key !== known));
  return config.flatMap(({ key, source: { file, line } }) => {
    if (INTERFACE_KEYS.has(key)) return [];
    const nearest = nearestName(key, missing, MAX_EDITS);
    const isOther = nearest === undefined || continues(key, nearest);
    const text = `${file}:${line}: nothing knows config ${key}; did you mean ${nearest}?`;
    return isOther ? [] : [text];
  });
}

function continues(key: string, known: string): boolean {
  return key.startsWith(known) && CONTINUATION.test(key.slice(known.length));
}
