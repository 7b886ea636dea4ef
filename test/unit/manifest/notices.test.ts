/** What is correct and hardly meant gets a notice; honest manifests get none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { desiredFrom } from '../../../src/manifest/load.js';
import { SourceFile } from '../../../src/manifest/source.js';

const HEAD = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';
const OPEN = '$' + '{';

async function notices(text: string): Promise<readonly string[]> {
  const result = await desiredFrom([new SourceFile('a.yaml', `${HEAD}${text}\n`)]);
  return result.kind === 'ok' ? result.notices : result.problems.map(({ message }) => message);
}

test.each([
  ['retain_hours: 48', 'retain_hours; did you mean retain_hrs?'],
  ['kafka_brokers: "a"', 'kafka_brokers; did you mean kafka_broker?'],
  [
    'dimensions_hours_in_future: 2',
    'dimensions_hours_in_future; did you mean dimensions_hrs_in_future?',
  ],
  ['allow_backdated_indexes: 1', 'allow_backdated_indexes; did you mean allow_backedated_indexes?'],
  ['Production: 1', 'Production; did you mean production?'],
])('a key that is nearly one with a meaning: %s', async (entry, expected) => {
  expect(await notices(`config:\n  ${entry}`)).toEqual([
    `a.yaml:4: nothing knows config ${expected}`,
  ]);
});

test.each([
  [`config: {owner: "${OPEN}TEAM}"}`, `${OPEN}...}`],
  ['config: {owner: "$(hostname)"}', '$(...)'],
  ['config: {list: [{deep: "{{ team }}"}]}', '{{ }}'],
  ['instances: [{host: a, username: "$(u)"}]', '$(...)'],
  [`indexes: [{name: i, method: gin, fields: [{expression: "data->'${OPEN}x}'"}]}]`, `${OPEN}...}`],
])('a variable of another tool: %s', async (text, form) => {
  const expected = `a.yaml:3: ${form} stays as it is written: manifests have no variables`;
  expect(await notices(text)).toEqual([expected]);
});

test.each([
  ['indexes: [{name: i, method: gin, fields: [{pointer: /a}]\nconfig: {}', /^close the bracket/],
  ['instances:\n  - {host: a, username: u\nconfig: {}', /^close the bracket/],
])('a hint that fits the YAML: %s', async (text, hint) => {
  const file = new SourceFile('a.yaml', `${HEAD}${text}\n`);
  const result = await desiredFrom([file]);
  const hints = result.kind === 'problems' ? result.problems.map((one) => one.hint) : [];
  expect(hints[0]).toMatch(hint);
});

describe('honest manifests have no notice', () => {
  test.each([
    'config: {kafka_topic: a, kafka_topic2: b, kafka_topic_eu: c, production.eu: 1, owner: x}',
    'config: {schaufel_cmd: "schaufel -h $(hostname) $' + '{HOME}", price: "$5", html: "{ a }"}',
    `indexes: [{name: i, method: gin, fields: [{expression: "data @> '{{1,2}}'"}, {expression: "data->>'a$(b'"}]}]`,
  ])('%s', async (text) => {
    expect(await notices(text)).toEqual([]);
  });

  const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ya?ml$/.test(name),
  );
  const manifests = examples
    .map((name) => readFileSync(join('examples', name), 'utf8'))
    .filter((text) => /^kind: Cluster$/m.test(text));

  test('those of the examples', async () => {
    expect(manifests.length).toBeGreaterThan(5);
    for (const text of manifests) {
      const result = await desiredFrom([new SourceFile('a.yaml', text)]);
      if (result.kind === 'ok') expect(result.notices).toEqual([]);
    }
  });
});
