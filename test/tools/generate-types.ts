/**
 * Writes src/manifest/schema/generated from the schemas of documents in YAML (the type of each kind
 * and the function that checks one) and src/planning/format/generated from schema/plan.schema.json
 * (the names of dangers and the function that checks a plan file). The check is compiled here,
 * because compiling it at every start would cost more than everything else that a small plan does.
 * `--check` writes nothing and exits 1 when a file is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const SCHEMAS = new URL('../../schema/', import.meta.url);
/** The kinds of documents, with the names of their types. */
const DOCUMENTS = {
  cluster: 'ClusterManifest',
  overrides: 'OverridesManifest',
  project: 'ProjectManifest',
} as const;
/** The schemas whose checks stand in one file, named after the first. */
const CHECKED_TOGETHER: readonly (readonly string[])[] = [['cluster', 'overrides'], ['project']];
const GENERATED = 'manifest/schema/generated';
const SOURCES = new URL('../../src/', import.meta.url);
/** The only typed part of a generated check; a file may hold those of several schemas. */
function entranceOf(name: string, validate: string): string {
  return `/** The violations of schema/${name}.schema.json by a document; none when it is correct. */
export function ${name}Errors(document: unknown): readonly SchemaError[] {
  return ${validate}(document) ? [] : ${validate}.errors;
}

`;
}

const PLAN_ENTRANCE = `/** The first thing that is wrong with a plan according to the schema. */
export function planSchemaError(document: unknown): { path: string; message: string } | undefined {
  if (validate20(document)) return undefined;
  const [error] = validate20.errors;
  return { path: error.instancePath, message: error.message ?? error.keyword };
}

`;
/** How ajv joins the errors of a part: a copy for each item of a list, which is quadratic. */
const JOINED_ERRORS = /vErrors === null \? (\w+)\.errors : vErrors\.concat\(\1\.errors\)/g;
const JOIN_HELPER = `function joined(all, more) {
if (all === null) return more;
for (const error of more) all.push(error);
return all;
}
`;
/** How ajv counts characters; written out, the generated file imports nothing. */
const LENGTH_HELPER = 'require("ajv/dist/runtime/ucs2length").default';
/** How ajv finds duplicates in a list; in plans those are lists of words. */
const EQUAL_HELPER = 'require("ajv/dist/runtime/equal").default';
const bannerOf = (name: string) =>
  `// Generated from schema/${name}.schema.json by \`npm run generate\`. Do not edit.\n`;

/**
 * The schema without parts that would only clutter the types: titles of plain values (each would
 * become a type of its own) and rules of the form "exactly one of", which TypeScript expresses
 * worse.
 */
function forTypes(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { oneOf, anyOf, dependencies, ...rest } = {
    ...{ oneOf: 0, anyOf: 0, dependencies: 0 },
    ...value,
  };
  if (!('title' in rest) || typeof rest.title !== 'string' || key === '') return rest;
  const { title, ...untitled } = rest;
  return 'type' in rest && rest.type === 'object' ? rest : untitled;
}

interface DocumentSchema {
  /** Of its schema file. */
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

async function typesFrom({ name, type, text }: DocumentSchema): Promise<string> {
  const schema: JSONSchema = JSON.parse(text, forTypes);
  const types = await compile({ ...schema, title: type }, type, {
    bannerComment: '',
    additionalProperties: false,
    unknownAny: true,
    // A tuple type for every length up to the limit does not help.
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 100 },
  });
  return `${bannerOf(name)}${types}`;
}

const AJV_OPTIONS = {
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
  code: { source: true, esm: true, lines: true },
} as const;

/** The checks of several schemas, which share the code for the definitions that are the same. */
function validatorFrom(schemas: readonly DocumentSchema[]): string {
  const ajv = new Ajv({ ...AJV_OPTIONS, allErrors: true });
  const [first, ...others] = schemas.map(({ text }) => JSON.parse(text));
  for (const schema of [first, ...others.map((other) => withReferences(other, first))]) {
    ajv.addSchema(schema);
  }
  const ids = schemas.map(({ name, text }) => [name, JSON.parse(text).$id]);
  const code: string = standaloneCode.default(ajv, Object.fromEntries(ids));
  const names = [...code.matchAll(/^export const (\w+) = (validate\d+);$/gm)];
  const entrances = names.map(([, name = '', validate = '']) => entranceOf(name, validate));
  const banner = bannerOf(schemas.map(({ name }) => name).join('|'));
  const types = "import type { SchemaError } from '../explain.js';\n\n";
  return `// @ts-nocheck\n${banner}${types}${entrances.join('')}${withoutModules(code)}`;
}

interface WithDefinitions {
  readonly $id: string;
  readonly definitions: Readonly<Record<string, unknown>>;
}

/** The schema, whose definitions that stand in `base` under their names refer to those. */
function withReferences(schema: WithDefinitions, base: WithDefinitions): WithDefinitions {
  const definitions = Object.entries(schema.definitions).map(([name, definition]) => {
    const isSame = rulesOf(definition) === rulesOf(base.definitions[name]);
    return [name, isSame ? { $ref: `${base.$id}#/definitions/${name}` } : definition];
  });
  return { ...schema, definitions: Object.fromEntries(definitions) };
}

/** What a definition means to a document: its description may be another. */
function rulesOf(definition: unknown): string {
  return JSON.stringify({ ...Object(definition), description: '' });
}

function planValidatorFrom(text: string): string {
  const ajv = new Ajv2020(AJV_OPTIONS);
  const code = standaloneCode.default(ajv, ajv.compile(JSON.parse(text)));
  return `// @ts-nocheck\n${bannerOf('plan')}${PLAN_ENTRANCE}${withoutModules(code)}`;
}

function withoutModules(source: string): string {
  const code = source
    .replace('"use strict";\n', '')
    .replace(/^export .*\n/gm, '')
    .replace(JOINED_ERRORS, 'joined(vErrors, $1.errors)')
    .replaceAll(EQUAL_HELPER, '(a, b) => a === b')
    .replaceAll(LENGTH_HELPER, '(text) => [...text].length');
  const needed = /require\([^)]*\)/.exec(code);
  if (needed !== null) throw new Error(`the generated check needs ${needed[0]} at run time`);
  return `${code}${JOIN_HELPER}`;
}

/** The closed list of dangers. */
function dangersFrom(text: string): string {
  const { $defs } = JSON.parse(text);
  const names: readonly string[] = $defs.danger.enum;
  const lines = names.map((name) => `  '${name}',\n`).join('');
  const type = 'export type Danger = (typeof DANGERS)[number];';
  return `${bannerOf('plan')}export const DANGERS = [\n${lines}] as const;\n${type}\n`;
}

async function main(): Promise<void> {
  const read = (name: string) => readFile(new URL(`${name}.schema.json`, SCHEMAS), 'utf8');
  const planSchema = await read('plan');
  const documents = await Promise.all(
    Object.entries(DOCUMENTS).map(async ([name, type]) => {
      const schema = { name, type, text: await read(name) };
      return { schema, name: `${GENERATED}/${name}.ts`, content: await typesFrom(schema) };
    }),
  );
  const validators = CHECKED_TOGETHER.map((names) => {
    const schemas = documents.flatMap(({ schema }) =>
      names.includes(schema.name) ? [schema] : [],
    );
    return { name: `${GENERATED}/${names[0]}-validator.ts`, content: validatorFrom(schemas) };
  });
  const files = [
    ...documents,
    ...validators,
    { name: 'planning/format/generated/dangers.ts', content: dangersFrom(planSchema) },
    { name: 'planning/format/generated/plan-validator.ts', content: planValidatorFrom(planSchema) },
  ];
  for (const { name, content } of files) {
    const file = new URL(name, SOURCES);
    if (!process.argv.includes('--check')) {
      await writeFile(file, content);
    } else if ((await readFile(file, 'utf8').catch(() => '')) !== content) {
      console.error(`src/${name} is stale: run \`npm run generate\``);
      process.exitCode = 1;
    }
  }
}

await main();
