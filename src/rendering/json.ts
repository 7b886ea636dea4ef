/** A plan as canonical JSON: the same plan gives the same bytes, wherever its objects came from. */
import type { Change, ServermapAttributes } from '../planning/change.js';
import type { Plan } from '../planning/plan.js';

/** The attributes of every kind of change, in the order in which they are written. */
const ATTRIBUTE_ORDER: Readonly<Record<Exclude<Change['kind'], 'servermap'>, readonly string[]>> = {
  instance: ['id', 'host', 'port', 'username', 'status'],
  dimension: ['id', 'field', 'default', 'ordinality', 'validFrom', 'validUntil'],
  index: ['id', 'name', 'method', 'tablespace', 'validFrom', 'validUntil'],
  'index-field': ['id', 'index', 'ordinality', 'expression', 'validFrom', 'validUntil'],
  config: ['id', 'key', 'value'],
};

/** schema/plan.schema.json describes it. Indented, newline at the end. */
export function planJson(plan: Plan): string {
  const document = {
    formatVersion: plan.formatVersion,
    toolVersion: plan.toolVersion,
    cluster: { database: plan.cluster.database, id: plan.cluster.id },
    gitCommit: plan.gitCommit,
    base: plan.base,
    boundaries: {
      production: plan.boundaries.production,
      dimensions: plan.boundaries.dimensions,
      indexes: plan.boundaries.indexes,
    },
    partial:
      plan.partial === null
        ? null
        : {
            targets: plan.partial.targets,
            excludes: plan.partial.excludes,
            leftOut: plan.partial.leftOut,
          },
    unmanaged: plan.unmanaged.map(({ section, recorded }) => ({ section, recorded })),
    notices: plan.notices,
    changes: plan.changes.map(orderedChange),
    summary: {
      add: plan.summary.add,
      change: plan.summary.change,
      expire: plan.summary.expire,
      delete: plan.summary.delete,
    },
    desired: plan.desired,
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

/** One change as it stands in the document, on one line. */
export function changeJson(change: Change): string {
  return JSON.stringify(orderedChange(change));
}

function orderedChange(change: Change): object {
  const { kind, address, action, reason, source, dangers } = change;
  const { before, after } = orderedSides(change);
  return {
    kind,
    address,
    action,
    before,
    after,
    reason,
    source:
      source === null ? null : { file: source.file, line: source.line, column: source.column },
    dangers,
  };
}

function orderedSides(change: Change): { before: object | null; after: object | null } {
  if (change.kind === 'servermap') {
    return { before: orderedServermap(change.before), after: orderedServermap(change.after) };
  }
  const order = ATTRIBUTE_ORDER[change.kind];
  return {
    before: orderedAttributes(change.before, order),
    after: orderedAttributes(change.after, order),
  };
}

function orderedAttributes(attributes: object | null, order: readonly string[]): object | null {
  if (attributes === null) return null;
  const values = new Map<string, unknown>(Object.entries(attributes));
  return Object.fromEntries(
    order.filter((name) => values.has(name)).map((name) => [name, values.get(name)]),
  );
}

function orderedServermap(servermap: ServermapAttributes | null): object | null {
  if (servermap === null) return null;
  if (servermap.algorithm === 'literal') return { algorithm: 'literal', map: servermap.map };
  const entries = servermap.entries.map(({ key, schaufel, copies }) => ({ key, schaufel, copies }));
  return { algorithm: 'ring', entries };
}

/**
 * JSON leaves control, bidi and other invisible characters beyond ASCII as they are; `\uXXXX`
 * means the same to a parser and cannot mislead a reader.
 */
export function escapeJson(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => {
      const unit = character.charCodeAt(i).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
