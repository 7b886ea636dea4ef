/** The short form of recorded state in test/cases, with defaults for what a case does not name. */
import { assert } from '../../../src/model/errors.js';
import { formatJson } from '../../../src/model/json.js';
import { compilePointer } from '../../../src/model/json-pointer.js';
import {
  INSTANCE_STATUSES,
  type RecordedDimension,
  type RecordedIndex,
  type RecordedIndexField,
  type RecordedInstance,
  type RecordedServermap,
  type RecordedState,
  type TimeBound,
} from '../../../src/model/resources.js';
import { ringServermap } from '../../../src/model/servermap.js';
import { NOTHING_RECORDED } from '../../../src/planning/recorded-from-desired.js';
import { Members } from './case-members.js';

/**
 * `instances: [host1, {host, port, username, status, id}]`, `dimensions: [/a, {field, default,
 * ordinality, from, until}]`, `indexes: [{name, method, tablespace, from, until, fields}]` with
 * fields as pointers, expressions or `{expression, ordinality, from, until}`, `config: {key: JSON
 * text}`, `servermap: ring` or its JSON text, `formerCopies: {entry: [host:port]}` of generation 1.
 */
export function recordedOf(value: unknown): RecordedState {
  const members = new Members(value ?? {}, 'recorded');
  const instances = members.list('instances').map(instance);
  const indexes = members.list('indexes');
  const config = members.optionalMembers('config');
  const former = members.optionalMembers('formerCopies');
  const recorded = {
    ...NOTHING_RECORDED,
    database: members.text('database', 'lenkwerk'),
    instances,
    dimensions: members.list('dimensions').map(dimension),
    indexes: indexes.map((row, at) => index(row, at)),
    indexFields: indexes.flatMap((row, at) => fields(row, at)),
    config: config.names().map((key, at) => ({ id: at + 1, key, value: config.text(key) })),
    servermap: servermap(members.text('servermap', ''), instances),
    formerCopies: former.names().map((entry) => {
      return { entry, copies: former.texts(entry), generations: [1] };
    }),
  };
  members.end();
  return recorded;
}

function instance(value: unknown, at: number): RecordedInstance {
  const members = new Members(typeof value === 'string' ? { host: value } : value, 'instance');
  const wanted = members.text('status', 'online');
  const names: readonly string[] = INSTANCE_STATUSES;
  const status = names.indexOf(wanted);
  assert(status >= 0, 'a status has one of four names');
  const row = {
    id: members.number('id', at + 1),
    host: members.text('host'),
    port: members.number('port', 5432),
    username: members.text('username', 'schaufel'),
    status,
  };
  members.end();
  return row;
}

function dimension(value: unknown, at: number): RecordedDimension {
  const members = new Members(typeof value === 'string' ? { field: value } : value, 'dimension');
  const row = {
    id: at + 1,
    ordinality: members.number('ordinality', at),
    field: members.text('field'),
    default: members.nullableText('default', 'notexist'),
    ...bounds(members),
  };
  members.end();
  return row;
}

function index(value: unknown, at: number): RecordedIndex {
  const members = new Members(value, 'index');
  members.list('fields');
  const row = {
    id: at + 1,
    name: members.text('name'),
    method: members.text('method', 'btree'),
    tablespace: members.text('tablespace', 'pg_default'),
    ...bounds(members),
  };
  members.end();
  return row;
}

function fields(value: unknown, index: number): readonly RecordedIndexField[] {
  return new Members(value, 'index').list('fields').map((field, at) => {
    const members = new Members(typeof field === 'string' ? { expression: field } : field, 'field');
    const expression = members.text('expression');
    const row = {
      id: (index + 1) * 100 + at,
      indexId: index + 1,
      ordinality: members.number('ordinality', at),
      expression: expression.startsWith('/') ? compilePointer(expression) : expression,
      ...bounds(members),
    };
    members.end();
    return row;
  });
}

function bounds(members: Members): TimeBound {
  return {
    validFrom: members.text('from', '-infinity'),
    validUntil: members.text('until', 'infinity'),
  };
}

function servermap(
  text: string,
  instances: readonly RecordedInstance[],
): RecordedServermap | undefined {
  if (text === '') return undefined;
  return { id: 1, map: text === 'ring' ? formatJson(ringServermap(instances)) : text };
}
