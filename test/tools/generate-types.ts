/**
 * Writes src/manifest/generated from schema/cluster.schema.json: the type of a manifest and the
 * function that checks one. The check is compiled here, because compiling it at every start
 * would cost more than everything else that a small plan does. `--check` writes nothing and
 * exits 1 when a file is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const SCHEMA = new URL('../../schema/cluster.schema.json', import.meta.url);
const GENERATED = new URL('../../src/manifest/generated/', import.meta.url);
/** The only typed part of the generated check. */
const ENTRANCE = `import type { SchemaError } from '../explain.js';

/** What is wrong with a document according to the schema; nothing when it is correct. */
export function schemaErrors(document: unknown): readonly SchemaError[] {
  return validate10(document) ? [] : validate10.errors;
}

`;
/** How ajv counts characters; written out, the generated file imports nothing. */
const LENGTH_HELPER = 'require("ajv/dist/runtime/ucs2length").default';
const BANNER = '// Generated from schema/cluster.schema.json by `npm run generate`. Do not edit.\n';

/**
 * The schema without what would only clutter the types: titles of plain values (each would become
 * a type of its own) and rules of the form "exactly one of", which TypeScript says worse.
 */
function forTypes(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { oneOf, dependencies, ...rest } = { oneOf: 0, dependencies: 0, ...value };
  if (!('title' in rest) || typeof rest.title !== 'string' || key === '') return rest;
  const { title, ...untitled } = rest;
  return 'type' in rest && rest.type === 'object' ? rest : untitled;
}

async function typesFrom(text: string): Promise<string> {
  const schema: JSONSchema = JSON.parse(text, forTypes);
  const types = await compile(schema, 'ClusterManifest', {
    bannerComment: '',
    additionalProperties: false,
    unknownAny: true,
    // A tuple type for every length up to the limit helps nobody.
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 100 },
  });
  return `${BANNER}${types}`;
}

function validatorFrom(text: string): string {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowUnionTypes: true,
    code: { source: true, esm: true, lines: true },
  });
  const code = standaloneCode
    .default(ajv, ajv.compile(JSON.parse(text)))
    .replace('"use strict";\n', '')
    .replace(/^export .*\n/gm, '')
    .replace(LENGTH_HELPER, '(text) => [...text].length');
  if (code.includes('require(')) throw new Error('the generated check needs a module at run time');
  return `// @ts-nocheck\n${BANNER}${ENTRANCE}${code}`;
}

async function main(): Promise<void> {
  const text = await readFile(SCHEMA, 'utf8');
  const files = [
    { name: 'cluster.ts', content: await typesFrom(text) },
    { name: 'validator.ts', content: validatorFrom(text) },
  ];
  for (const { name, content } of files) {
    const file = new URL(name, GENERATED);
    if (!process.argv.includes('--check')) {
      await writeFile(file, content);
    } else if ((await readFile(file, 'utf8').catch(() => '')) !== content) {
      console.error(`src/manifest/generated/${name} is stale: run \`npm run generate\``);
      process.exitCode = 1;
    }
  }
}

await main();
