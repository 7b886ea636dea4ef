import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedState } from '../../../src/model/resources.js';
import { fingerprint } from '../../../src/planning/plan.js';
import { NOTHING_RECORDED } from '../../../src/planning/recorded-from-desired.js';
import { recordedState } from '../../support/states/generate-state.js';
import { shuffledRecorded } from '../../support/states/shuffle-state.js';

const BOUNDS = { validFrom: '-infinity', validUntil: 'infinity' };
const STATE: RecordedState = {
  ...NOTHING_RECORDED,
  instances: [{ id: 1, host: 'host1', port: 5432, username: 'schaufel', status: 3 }],
  dimensions: [{ id: 1, ordinality: 0, field: '/a', default: 'notexist', ...BOUNDS }],
  indexes: [{ id: 1, name: 'idx', method: 'gin', tablespace: 'pg_default', ...BOUNDS }],
  indexFields: [{ id: 1, indexId: 1, ordinality: 0, expression: "data->'a'", ...BOUNDS }],
  config: [{ id: 1, key: 'retain_hrs', value: '48' }],
  servermap: { id: 1, map: '{"version":1}' },
};
const TABLES = ['instances', 'dimensions', 'indexes', 'indexFields', 'config'] as const;

describe('fingerprint', () => {
  it('is the same as in plans that were reviewed earlier', () => {
    const reviewed = 'sha256:81ef070e447cc05de0aacdd5668d514a2d3a09e20ca41db648ebcd701f2e0f16';
    expect(fingerprint(STATE)).toBe(reviewed);
  });

  it('does not depend on the order of rows', () => {
    const pair = recordedState.chain((state) =>
      fc.tuple(fc.constant(state), shuffledRecorded(state)),
    );
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(fingerprint(a)).toBe(fingerprint(b));
      }),
    );
  });

  it('changes with every value of every column', () => {
    const seen = new Set([fingerprint(STATE)]);
    let changed = 1;
    for (const table of TABLES) {
      for (const row of STATE[table]) {
        for (const [column, value] of Object.entries(row)) {
          const other = typeof value === 'number' ? value + 1 : `${value} `;
          seen.add(fingerprint({ ...STATE, [table]: [{ ...row, [column]: other }] }));
          changed += 1;
        }
        seen.add(fingerprint({ ...STATE, [table]: [] }));
        seen.add(fingerprint({ ...STATE, [table]: [row, row] }));
        changed += 2;
      }
    }
    for (const servermap of [undefined, { id: 2, map: '{"version":1}' }, { id: 1, map: '{}' }]) {
      seen.add(fingerprint({ ...STATE, servermap }));
      changed += 1;
    }
    expect(seen.size).toBe(changed);
  });

  it('distinguishes null from the text', () => {
    const dimensions = STATE.dimensions.map((row) => ({ ...row, default: null }));
    const spelled = STATE.dimensions.map((row) => ({ ...row, default: 'null' }));
    expect(fingerprint({ ...STATE, dimensions })).not.toBe(
      fingerprint({ ...STATE, dimensions: spelled }),
    );
  });
});
