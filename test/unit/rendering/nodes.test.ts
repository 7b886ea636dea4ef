import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import type { StatusReport } from '../../../src/observing/status.js';
import { statusJson, statusText } from '../../../src/rendering/reports/status.js';
import { verifyJson } from '../../../src/rendering/verify/json.js';
import { verifyMarkdown } from '../../../src/rendering/verify/markdown.js';
import { verifyText } from '../../../src/rendering/verify/text.js';
import type { Difference } from '../../../src/verifying/compare.js';
import type { TargetReport, VerifyReport } from '../../../src/verifying/verdict.js';
import { NODES } from '../../support/nodes/example-nodes.js';
import { HOSTILE } from '../../support/states/example-plans.js';

const CONVERGED: TargetReport = {
  target: 'default',
  verdict: 'converged',
  detail: '3 keys hold what is recorded, at 0/1A2B3C',
  hint: undefined,
  keys: 3,
  position: { lsn: lsnFromBytes(0x1a2b3cn), committedAt: undefined },
  differences: [],
  repaired: undefined,
  agreed: undefined,
};

const INVISIBLE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;
const DIFFERENCES: readonly Difference[] = [
  { key: '/Config/a', kind: 'missing', expected: '{"id":1}', found: undefined },
  { key: `/Config/${HOSTILE}`, kind: 'stray', expected: undefined, found: HOSTILE },
];

const NOTHING: VerifyReport = {
  ...{ verdict: 'lagging', compared: 'none', targets: [CONVERGED], nodes: undefined },
  ...{ plan: undefined, drift: undefined, driftUnknown: undefined, notCompared: undefined },
  ...{ unmanaged: [], lastApply: undefined },
};

/** The targets agree, and the nodes do not. */
const LATE_NODES: VerifyReport = {
  ...NOTHING,
  nodes: { ...NODES, verdict: 'lagging', rows: undefined },
};

const DIVERGED_NODES: VerifyReport = {
  ...LATE_NODES,
  verdict: 'diverged',
  nodes: {
    ...NODES,
    verdict: 'diverged',
    rows: [
      { host: 'a', port: 1, problem: undefined, differences: DIFFERENCES },
      { host: 'b', port: 2, problem: `no answer ${HOSTILE}`, differences: [] },
    ],
  },
};

test.each([
  ['late', LATE_NODES],
  ['diverged', DIVERGED_NODES],
])('nodes that are %s, in every form', async (name, report) => {
  const golden = `goldens/verify-nodes-${name}`;
  await expect(verifyText(report)).toMatchFileSnapshot(`${golden}.txt.golden`);
  await expect(verifyMarkdown(report)).toMatchFileSnapshot(`${golden}.md.golden`);
  for (const shown of [verifyText(report), verifyMarkdown(report), verifyJson(report)]) {
    expect(shown).not.toMatch(INVISIBLE);
  }
});

test('nodes that acknowledged everything are in the meaning, as acknowledged alone', () => {
  const nodes = { ...NODES, nodes: NODES.nodes.slice(0, 2), verdict: 'converged' } as const;
  const report = { ...LATE_NODES, verdict: 'converged', nodes: { ...nodes, rows: [] } } as const;
  const lines = verifyText(report).split('\n');
  const first = lines[0];
  expect(first).toMatch(/^converged: .*agrees, and every storage node acknowledged it$/);
  expect(lines).toContain('nodes: 2 of 2 acknowledged it');
});

const STATUS: StatusReport = {
  clusterId: 'c',
  server: {
    ...{ version: '15.1', versionNumber: 150001, standby: false, systemId: '7', timeline: 1 },
    ...{ walLsn: lsnFromBytes(0x1a2b3cn), now: new Date(0), settings: new Map() },
  },
  targets: [],
  strandedSlots: [],
  nodes: NODES,
  lastApply: undefined,
  troubles: ['10 nodes silent'],
};

test('the status of two hundred nodes fits on a screen', async () => {
  const text = statusText(STATUS);
  await expect(text).toMatchFileSnapshot('goldens/status-nodes.txt.golden');
  expect(text.split('\n').length).toBeLessThan(24);
  expect(text).not.toMatch(INVISIBLE);
  const unused = { ...STATUS, nodes: { ...NODES, isUsed: false } };
  expect(statusText(unused)).toContain('\nnodes: none acknowledges anything\ntrouble:');
});

test('hosts without a pattern are named up to a limit, and all of them in JSON', () => {
  const nodes = NODES.nodes.map((node, at) => {
    return { ...node, host: `h${(at * 7919) % 1000}`, state: 'never', lag: undefined } as const;
  });
  const report = { ...STATUS, nodes: { ...NODES, nodes } };
  expect(statusText(report)).toMatch(
    / {2}200 nodes never heard of: .*h\d+:5432 and \d+ more \(--json/,
  );
  expect(JSON.parse(statusJson(report)).nodes.list).toHaveLength(200);
});

describe('the schema', () => {
  const read = (name: string) => JSON.parse(readFileSync(`schema/${name}`, 'utf8'));
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
  for (const name of ['plan.schema.json', 'nodes.schema.json']) ajv.addSchema(read(name), name);
  const validate = ajv.compile(read('verify.schema.json'));

  test('takes a status', () => {
    const validateStatus = ajv.compile(read('status.schema.json'));
    validateStatus(JSON.parse(statusJson(STATUS)));
    expect(validateStatus.errors ?? []).toEqual([]);
    expect(validateStatus({ ...JSON.parse(statusJson(STATUS)), nodes: null })).toBe(false);
  });

  test.each([
    ['late nodes', LATE_NODES],
    ['diverged nodes', DIVERGED_NODES],
  ])('takes a verdict on %s', (_, report) => {
    validate(JSON.parse(verifyJson(report)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each([
    ['nodes without a list', { nodes: { verdict: 'lagging', rows: null } }],
    ['a node in an unknown state', { nodes: stateless() }],
  ])('refuses %s', (_, override) => {
    expect(validate({ ...JSON.parse(verifyJson(LATE_NODES)), ...override })).toBe(false);
  });

  function stateless() {
    const { nodes } = JSON.parse(verifyJson(LATE_NODES));
    return { ...nodes, list: [{ ...nodes.list[0], state: 'well' }] };
  }
});
