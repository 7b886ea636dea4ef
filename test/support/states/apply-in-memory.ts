/** What an apply does to the tables, on recorded state in memory, with the same constraints. */
import { assert } from '../../../src/model/errors.js';
import { formatJson } from '../../../src/model/json.js';
import {
  INSTANCE_STATUSES,
  type RecordedConfigEntry,
  type RecordedDimension,
  type RecordedIndex,
  type RecordedIndexField,
  type RecordedInstance,
  type RecordedServermap,
  type RecordedState,
} from '../../../src/model/resources.js';
import { ringServermap } from '../../../src/model/servermap.js';
import type {
  Change,
  IndexFieldAttributes,
  InstanceAttributes,
} from '../../../src/planning/change.js';

/** Throws when a change does not fit the rows, or a key would be there twice. */
export function applyInMemory(recorded: RecordedState, changes: readonly Change[]): RecordedState {
  const tables = new Tables(recorded);
  for (const change of changes) tables.write(change);
  return tables.state();
}

class Tables {
  readonly #recorded: RecordedState;
  readonly #instances: Table<RecordedInstance>;
  readonly #dimensions: Table<RecordedDimension>;
  readonly #indexes: Table<RecordedIndex>;
  readonly #fields: Table<RecordedIndexField>;
  readonly #config: Table<RecordedConfigEntry>;
  #servermap: RecordedServermap | undefined;

  constructor(recorded: RecordedState) {
    this.#recorded = recorded;
    this.#instances = new Table(recorded.instances);
    this.#dimensions = new Table(recorded.dimensions);
    this.#indexes = new Table(recorded.indexes);
    this.#fields = new Table(recorded.indexFields);
    this.#config = new Table(recorded.config);
    this.#servermap = recorded.servermap;
  }

  write(change: Change): void {
    switch (change.kind) {
      case 'instance':
        this.#instances.write(change, instanceRow);
        break;
      case 'dimension':
        this.#dimensions.write(change, (after, id) => ({ ...after, id }));
        break;
      case 'index':
        this.#indexes.write(change, (after, id) => ({ ...after, id }));
        break;
      case 'index-field':
        this.#fields.write(change, (after, id) => this.#fieldRow(after, id));
        break;
      case 'config':
        this.#config.write(change, (after, id) => ({ ...after, id }));
        break;
      case 'servermap': {
        assert(change.after !== null, 'a servermap is never deleted');
        const { after } = change;
        const map =
          after.algorithm === 'literal'
            ? after.map
            : formatJson(ringServermap(this.#instances.rows()));
        this.#servermap = { id: (this.#servermap?.id ?? 0) + 1, map };
      }
    }
  }

  #fieldRow(after: IndexFieldAttributes, id: number): RecordedIndexField {
    const index = this.#indexes.rows().find(({ name }) => name === after.index);
    assert(index !== undefined, `no index ${after.index}`);
    const { index: _, ...row } = after;
    return { ...row, id, indexId: index.id };
  }

  state(): RecordedState {
    const state = {
      ...this.#recorded,
      instances: this.#instances.rows(),
      dimensions: this.#dimensions.rows(),
      indexes: this.#indexes.rows(),
      indexFields: this.#fields.rows(),
      config: this.#config.rows(),
      servermap: this.#servermap,
    };
    checkConstraints(state);
    return state;
  }
}

class Table<Row extends { readonly id: number }> {
  readonly #rows: Map<number, Row>;
  #highestId: number;

  constructor(rows: readonly Row[]) {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#highestId = Math.max(0, ...rows.map(({ id }) => id));
  }

  write<Attributes extends { readonly id?: number }>(
    change: {
      readonly action: Change['action'];
      readonly address: string;
      readonly before: Attributes | null;
      readonly after: Attributes | null;
    },
    row: (after: Attributes, id: number) => Row,
  ): void {
    const { action, address, before, after } = change;
    assert((before === null) === (action === 'create'), `${address}: before of ${action}`);
    assert((after === null) === (action === 'delete'), `${address}: after of ${action}`);
    assert(before === null || this.#rows.has(before.id ?? -1), `${address}: no such row`);
    this.#highestId += 1;
    const id = before?.id ?? this.#highestId;
    if (after === null) this.#rows.delete(id);
    else this.#rows.set(id, row(after, id));
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }
}

/** The primary keys and the uniqueness of the orders, as PostgreSQL checks them at commit. */
function checkConstraints(state: RecordedState): void {
  const { instances, dimensions, indexes, indexFields, config } = state;
  unique('instance', instances, ({ host, port }) => `${host} ${port}`);
  unique('dimension', dimensions, ({ field }) => field);
  unique('dimension.ordinality', dimensions, ({ ordinality }) => `${ordinality}`);
  unique('index', indexes, ({ name }) => name);
  unique('index_field', indexFields, ({ indexId, ordinality }) => `${indexId} ${ordinality}`);
  unique('config', config, ({ key }) => key);
}

function unique<Row>(what: string, rows: readonly Row[], key: (row: Row) => string): void {
  const keys = rows.map(key);
  assert(new Set(keys).size === keys.length, `${what} is not unique: ${keys.join(', ')}`);
}

function instanceRow(after: InstanceAttributes, id: number): RecordedInstance {
  return { ...after, id, status: INSTANCE_STATUSES.indexOf(after.status) };
}
