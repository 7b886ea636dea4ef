/** Computes index expressions for sample messages, within the trial of the indexes. */
import type { Client } from 'pg';
import type { DesiredIndex } from '../model/resources.js';
import type { Samples } from '../planning/expressions/samples.js';

export interface IndexTrialProblem {
  readonly index: string;
  /** Its position in `fields`; undefined when no single field causes the failure. */
  readonly field: number | undefined;
  /** The server's message. */
  readonly message: string;
  readonly sqlstate: string;
}

export interface IndexTrialReport {
  readonly problems: readonly IndexTrialProblem[];
  /** Indexes that could not be tried, with the reason. */
  readonly notices: readonly string[];
}

/** Of one call, so that each stays far below the trial's statement_timeout. */
const BATCH = 100;

const CREATE_SAMPLER = `
  CREATE FUNCTION pg_temp.lenkwerk_samples(tried pg_catalog.jsonb)
  RETURNS TABLE (failures int, worked int, message text, code text) LANGUAGE plpgsql AS $$
  DECLARE
    one pg_catalog.jsonb;
    sample pg_catalog.jsonb;
    place bigint;
    given int;
  BEGIN
    FOR one IN
      SELECT t.value FROM pg_catalog.jsonb_array_elements(tried) WITH ORDINALITY AS t
      ORDER BY t.ordinality
    LOOP
      failures := 0; worked := 0; message := NULL; code := NULL;
      FOR sample, place IN
        SELECT s.value, s.ordinality
        FROM pg_catalog.jsonb_array_elements(one->'samples') WITH ORDINALITY AS s
        ORDER BY s.ordinality
      LOOP
        BEGIN
          EXECUTE pg_catalog.format(E'SELECT count((%s\\n)) FROM (VALUES ($1)) AS s (data)',
            one->>'expression') INTO given USING sample;
          CONTINUE WHEN given = 0 OR place > (one->>'filled')::int;
          worked := 1;
          EXIT;
        EXCEPTION WHEN OTHERS THEN
          failures := failures + 1; message := SQLERRM; code := SQLSTATE;
        END;
      END LOOP;
      RETURN NEXT;
    END LOOP;
  END $$`;

interface Sampled {
  readonly failures: number;
  /** 1: it gave a value for a sample that has its members, and the rest was not tried. */
  readonly worked: number;
  /** Of the last failure. */
  readonly message: string | null;
  readonly code: string | null;
}

interface Candidate {
  readonly index: string;
  readonly field: number;
  readonly expression: string;
  readonly samples: Samples;
}

/**
 * A problem for each field whose expression fails for every sample, and a notice for one that gave
 * no value for those that have its members, and failed for some. The indexes can be created: that
 * was tried before.
 */
export async function trySamples(
  client: Client,
  indexes: readonly Pick<DesiredIndex, 'name' | 'fields'>[],
  samplesOf: (expression: string) => Samples,
): Promise<IndexTrialReport> {
  const candidates = indexes.flatMap(({ name: index, fields }) =>
    fields.map(
      ({ expression }, field): Candidate => ({
        index,
        field,
        expression,
        samples: samplesOf(expression),
      }),
    ),
  );
  const tried = candidates.filter(({ samples }) => samples.filled.length > 0);
  if (tried.length === 0) return { problems: [], notices: [] };
  await client.query(CREATE_SAMPLER);
  const reports: IndexTrialReport[] = [];
  for (let start = 0; start < tried.length; start += BATCH) {
    const batch = tried.slice(start, start + BATCH);
    const outcomes = await sample(client, batch);
    reports.push(...batch.map((one, at) => report(one, outcomes[at])));
  }
  return {
    problems: reports.flatMap(({ problems }) => problems),
    notices: reports.flatMap(({ notices }) => notices),
  };
}

async function sample(client: Client, batch: readonly Candidate[]): Promise<readonly Sampled[]> {
  const tried = batch.map(({ expression, samples }) => {
    const { filled, bare } = samples;
    const texts = [...filled, ...bare].join();
    return `{"expression": ${JSON.stringify(expression)}, "filled": ${filled.length}, "samples": [${texts}]}`;
  });
  const { rows } = await client.query<Sampled>('SELECT * FROM pg_temp.lenkwerk_samples($1)', [
    `[${tried.join()}]`,
  ]);
  return rows;
}

function report(
  { index, field, samples }: Candidate,
  outcome: Sampled | undefined,
): IndexTrialReport {
  const { failures = 0, worked = 0, message = '', code = '' } = outcome ?? {};
  if (worked > 0 || failures === 0) return { problems: [], notices: [] };
  const text = `it fails for every sample message: ${message}`;
  if (failures === samples.filled.length + samples.bare.length) {
    return { problems: [{ index, field, message: text, sqlstate: code ?? '' }], notices: [] };
  }
  const place = `index ${index}, field ${field + 1} of the manifest`;
  const notice = `${place}: no sample message gave a value, and some failed: ${message}`;
  return { problems: [], notices: [notice] };
}
