/**
 * Tries wanted indexes on an empty temporary table, and their expressions on sample messages, in a
 * transaction that is rolled back.
 */
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import type { DesiredIndex } from '../model/resources.js';
import type { Samples } from '../planning/expressions/samples.js';
import { isConnectionLoss, rollBack } from '../postgres/errors.js';
import { requireTrustedOwners } from './owners.js';
import { type IndexTrialProblem, type IndexTrialReport, trySamples } from './sample-trial.js';

interface IndexTrialRequest {
  /** The indexes to try. Tablespaces are ignored: they exist on storage nodes only. */
  readonly indexes: readonly Pick<DesiredIndex, 'name' | 'method' | 'fields'>[];
  /** Expressions for which this is false are never sent to the server. */
  readonly isVetted: (expression: string) => boolean;
  /** Ordinary messages for an expression; none: it works for every message. */
  readonly samplesOf: (expression: string) => Samples;
}

/** PostgreSQL's INDEX_MAX_KEYS, unless it was built otherwise. */
const MAX_INDEX_FIELDS = 32;

type TriedIndex = IndexTrialRequest['indexes'][number];

const PREPARE = `
  SET LOCAL statement_timeout = '10s';
  SET LOCAL standard_conforming_strings = on;
  CREATE TEMPORARY TABLE lenkwerk_trial (data pg_catalog.jsonb)`;
const ACCESS_METHODS = "SELECT amname FROM pg_catalog.pg_am WHERE amtype = 'i'";

const MAY_MAKE_TEMPORARY_TABLES = `
  SELECT NOT pg_catalog.pg_is_in_recovery()
     AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')`;

/** False on a standby, and for roles that may only read. Throws database failures. */
export async function mayMakeTemporaryTables(client: Client): Promise<boolean> {
  const { rows } = await client.query<[boolean]>({
    text: MAY_MAKE_TEMPORARY_TABLES,
    rowMode: 'array',
  });
  return rows[0]?.[0] === true;
}

/**
 * Checks whether the server would create these indexes: only the server can check types, operator
 * classes and immutability. Changes nothing. The client must not be in a transaction. Throws
 * LenkwerkError `database-error` (no privilege for temporary tables) or `database-unavailable`.
 */
export async function tryExpressions(
  client: Client,
  request: IndexTrialRequest,
): Promise<IndexTrialReport> {
  if (request.indexes.length === 0) return { problems: [], notices: [] };
  await requireTrustedOwners(client, 'applying');
  try {
    await client.query('BEGIN READ WRITE');
    const report = await tryAll(client, request);
    await client.query('ROLLBACK');
    return report;
  } catch (error) {
    throw await rollBack(client, error);
  }
}

/** The same within the caller's transaction, which it leaves unchanged unless it throws. */
export async function tryExpressionsWithin(
  client: Client,
  request: IndexTrialRequest,
): Promise<IndexTrialReport> {
  if (request.indexes.length === 0) return { problems: [], notices: [] };
  await client.query('SAVEPOINT lenkwerk_trials');
  const report = await tryAll(client, request);
  await client.query('ROLLBACK TO SAVEPOINT lenkwerk_trials');
  await client.query('RELEASE SAVEPOINT lenkwerk_trials');
  return report;
}

async function tryAll(
  client: Client,
  { indexes, isVetted, samplesOf }: IndexTrialRequest,
): Promise<IndexTrialReport> {
  const problems: IndexTrialProblem[] = [];
  const notices: string[] = [];
  await client.query(PREPARE);
  const methods = await accessMethods(client);
  const triable: TriedIndex[] = [];
  for (const index of indexes) {
    const obstacle = obstacleTo(index, methods, isVetted);
    if (obstacle === undefined) triable.push(index);
    else notices.push(`index ${index.name} was not tried: ${obstacle}`);
  }
  for (const index of await suspects(client, triable)) {
    problems.push(...(await tryIndex(client, index)));
  }
  const refused = new Set(problems.map(({ index }) => index));
  const created = triable.filter(({ name }) => !refused.has(name));
  const sampled = await trySamples(client, created, samplesOf);
  return {
    problems: [...problems, ...sampled.problems],
    notices: [...notices, ...sampled.notices],
  };
}

/**
 * The indexes that have to be tried alone, in order. One index over the fields of many shows that
 * the server would create each of them: it checks types, operator classes and immutability per
 * field.
 */
async function suspects(
  client: Client,
  indexes: readonly TriedIndex[],
): Promise<readonly TriedIndex[]> {
  const cleared = new Set<TriedIndex>();
  for (const group of trialGroups(indexes)) {
    const [first] = group;
    if (first === undefined || group.length === 1) continue;
    const expressions = group.flatMap(({ fields }) => fields.map(({ expression }) => expression));
    if ((await tryCreate(client, first.method, expressions)) !== undefined) continue;
    for (const index of group) cleared.add(index);
  }
  return indexes.filter((index) => !cleared.has(index));
}

/** Indexes of the same method that have no more fields together than one index may have. */
function trialGroups(indexes: readonly TriedIndex[]): readonly (readonly TriedIndex[])[] {
  const groups: TriedIndex[][] = [];
  const open = new Map<string, { readonly group: TriedIndex[]; fields: number }>();
  for (const index of indexes) {
    const { method, fields } = index;
    const current = open.get(method);
    if (current !== undefined && current.fields + fields.length <= MAX_INDEX_FIELDS) {
      current.group.push(index);
      current.fields += fields.length;
    } else {
      const group = [index];
      groups.push(group);
      open.set(method, { group, fields: fields.length });
    }
  }
  return groups;
}

async function accessMethods(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ amname: string }>(ACCESS_METHODS);
  return new Set(rows.map(({ amname }) => amname));
}

function obstacleTo(
  index: TriedIndex,
  methods: ReadonlySet<string>,
  isVetted: (expression: string) => boolean,
): string | undefined {
  if (index.fields.length === 0) return 'it has no fields';
  if (!methods.has(index.method)) {
    return `this server has no access method ${index.method}`;
  }
  const vetted = index.fields.every(({ expression }) => isVetted(expression));
  return vetted ? undefined : 'vetting refuses an expression';
}

/** First the whole index; if that fails, each field alone, to find the one that fails. */
async function tryIndex(client: Client, index: TriedIndex): Promise<readonly IndexTrialProblem[]> {
  const { name, method } = index;
  const expressions = index.fields.map(({ expression }) => expression);
  const failure = await tryCreate(client, method, expressions);
  if (failure === undefined) return [];
  const culprits: IndexTrialProblem[] = [];
  for (const [field, expression] of expressions.entries()) {
    const alone = await tryCreate(client, method, [expression]);
    if (alone !== undefined) culprits.push({ index: name, field, ...alone });
  }
  return culprits.length > 0 ? culprits : [{ index: name, field: undefined, ...failure }];
}

async function tryCreate(
  client: Client,
  method: string,
  expressions: readonly string[],
): Promise<Pick<IndexTrialProblem, 'message' | 'sqlstate'> | undefined> {
  const fields = expressions.map((expression) => `(${expression}\n)`).join(', ');
  const statement = {
    text: `CREATE INDEX ON pg_temp.lenkwerk_trial USING ${escapeIdentifier(method)} (${fields})`,
    // The extended protocol accepts one statement, whatever the text holds.
    queryMode: 'extended',
  };
  await client.query('SAVEPOINT lenkwerk_trial');
  try {
    await client.query(statement);
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError) || isConnectionLoss(error)) throw error;
    return { message: error.message, sqlstate: error.code ?? '' };
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT lenkwerk_trial').catch(() => {});
  }
}
