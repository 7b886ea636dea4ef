/** Writes a desired state as one manifest, readable and stable, that loads to the same state. */
import { Document, Scalar, type ScalarTag, visit } from 'yaml';
import { JsonNumber } from '../model/json.js';
import { type PointerForm, recognisePointer } from '../model/json-pointer.js';
import { columnsOf, KIND_NAMES, KINDS, SECTIONS, type Section } from '../model/kinds.js';
import {
  DEFAULT_PORT,
  DEFAULT_TABLESPACE,
  type DesiredIndex,
  type DesiredIndexField,
  type DesiredInstance,
  type DesiredServermap,
  type DesiredState,
  type SourcePlace,
} from '../model/resources.js';
import {
  breakCommandMarks,
  hasHidden,
  holdsCommand,
  replaceHidden,
  yamlEscape,
} from '../model/text.js';
import { isOtherInYaml11, plainBlock } from './write-plain.js';

const LINE_WIDTH = 100;
const INDENT = 2;

/** Numbers keep the digits that they were recorded with. */
const exactNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => value instanceof JsonNumber,
  resolve: (text) => new JsonNumber(text),
  stringify: ({ value }) => (value instanceof JsonNumber ? value.text : String(value)),
};

/** Lines of comments without their mark, which follow the section. They hold no line breaks. */
export type SectionComments = ReadonlyMap<Section, readonly string[]>;

/**
 * YAML text. Sections that are not managed are left out; an empty one is written as a list of none.
 */
export function writeManifest(
  desired: DesiredState,
  comments: SectionComments = new Map(),
): string {
  const manifest = new Map<string, unknown>([
    ['apiVersion', 'lenkwerk/v1'],
    ['kind', 'Cluster'],
  ]);
  const section = (name: string, content: unknown): void => {
    if (content !== undefined) manifest.set(name, content);
  };
  section('cluster', desired.cluster);
  for (const name of SECTIONS) {
    section(name, contentOf(desired, name));
    const lines = comments.get(name) ?? [];
    if (lines.length > 0) manifest.set(`after ${name}`, new Comment(lines));
  }
  if (desired.unmanaged.length > 0) section('unmanaged', desired.unmanaged);
  return Array.from(manifest, ([name, content]) => sectionText(name, content)).join('');
}

/** Lines of a comment. */
class Comment {
  readonly #lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  toString(): string {
    return this.#lines.map((line) => `${' '.repeat(INDENT)}# ${line}\n`).join('');
  }
}

/** undefined for a section that is not managed. */
function contentOf(desired: DesiredState, section: Section): unknown {
  switch (section) {
    case 'instances':
      return desired.instances?.map(instance);
    case 'indexes':
      return desired.indexes?.map(index);
    case 'servermap':
      return desired.servermap && servermap(desired.servermap);
    case 'config':
      return desired.config && new Map(desired.config.map(({ key, value }) => [key, value]));
    default:
      return desired[section]?.map((item) => plainItem(section, item));
  }
}

type PlainItem<Item> = { readonly [Name in keyof Item]: string | number | SourcePlace };

/** A row of plain attributes, in the order in which plans show them. */
function plainItem<Item extends PlainItem<Item>>(section: Section, item: Item): object {
  const values = new Map(Object.entries(item));
  const names = KIND_NAMES.filter((kind) => KINDS[kind].section === section)
    .flatMap((kind) => columnsOf(kind))
    .map(({ attribute }) => attribute)
    .filter((name) => values.has(name));
  return Object.fromEntries(names.map((name) => [name, values.get(name)]));
}

function sectionText(name: string, content: unknown): string {
  if (content instanceof Comment) return content.toString();
  if (Array.isArray(content)) return itemsText(name, content, (items) => items);
  if (!(content instanceof Map)) return libraryText(name, content);
  return itemsText<[unknown, unknown]>(name, [...content], (entries) => new Map(entries));
}

/** The library writes only the runs of items that need it. */
function itemsText<Item>(
  name: string,
  items: readonly Item[],
  collect: (items: readonly Item[]) => unknown,
): string {
  if (items.length === 0) return libraryText(name, collect(items));
  const heading = `${name}:\n`;
  let text = heading;
  let special: Item[] = [];
  const writeSpecial = (): void => {
    if (special.length > 0) text += libraryText(name, collect(special)).slice(heading.length);
    special = [];
  };
  for (const item of items) {
    const plain = plainBlock(collect([item]), INDENT);
    if (plain === undefined) {
      special.push(item);
      continue;
    }
    writeSpecial();
    text += plain;
  }
  writeSpecial();
  return text;
}

function libraryText(name: string, content: unknown): string {
  const section = new Map([[name, content]]);
  const document = new Document(section, { version: '1.2', customTags: [exactNumber] });
  const commands = new Set<Scalar>();
  visit(document, {
    Scalar: (_, scalar) => {
      const { value } = scalar;
      if (typeof value !== 'string') return;
      if (holdsCommand(value)) commands.add(scalar);
      // By their code, such characters can be written only in double quotes.
      const hidden = commands.has(scalar) || hasHidden(value.replace(/[\t\n]/g, ''));
      if (hidden || isOtherInYaml11(value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString(commands.size > 0 ? UNFOLDED : { lineWidth: LINE_WIDTH });
  return breakCommandMarks(replaceHidden(text, escapeCharacter));
}

/** No part of a value begins a line, where a pipeline would take it for a command. */
const UNFOLDED = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };

function escapeCharacter(character: string): string {
  if (character === '\t' || character === '\n') return character;
  return yamlEscape(character);
}

function instance({ host, port, username, status }: DesiredInstance): object {
  return {
    host,
    ...(port === DEFAULT_PORT ? {} : { port }),
    username,
    ...(status === undefined ? {} : { status }),
  };
}

function index({ name, method, tablespace, fields }: DesiredIndex): object {
  return {
    name,
    method,
    ...(tablespace === DEFAULT_TABLESPACE ? {} : { tablespace }),
    fields: fields.map(indexField),
  };
}

function indexField({ expression }: DesiredIndexField): object {
  const form: PointerForm | undefined = recognisePointer(expression);
  if (form === undefined) return { expression };
  return form.type === undefined
    ? { pointer: form.pointer }
    : { pointer: form.pointer, type: form.type };
}

function servermap(desired: DesiredServermap): object {
  return desired.algorithm === 'ring' ? { algorithm: 'ring' } : { map: desired.map };
}
