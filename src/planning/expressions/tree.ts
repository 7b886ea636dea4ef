/**
 * Reads the parser's JSON without trusting it: a node is an object of one member, its kind, and
 * holds no member that the reader did not name. New clauses of a later grammar are refused.
 */

export type Fields = ReadonlyMap<string, unknown>;

export interface TreeNode {
  readonly kind: string;
  readonly fields: Fields;
  /** In bytes from the start of the parsed text. */
  readonly location: number | undefined;
}

/** Reads a node: an object of one member, named after its kind. Throws Refusal for other values. */
export function readNode(value: unknown): TreeNode {
  const [entry, ...others] = readFields(value);
  if (entry === undefined || others.length > 0) return refuse('its parts could not be read');
  const [kind, content] = entry;
  const fields = readFields(content);
  const location = fields.get('location');
  return { kind, fields, location: typeof location === 'number' ? location : undefined };
}

/** The members of a JSON object; none for null, arrays and scalars. */
export function readFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value));
}

/** The items of a JSON array; an absent member is an empty list, as in the parser's JSON. */
export function readList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Throws Refusal when the node has members that its reader does not check. */
export function onlyFields(node: TreeNode, names: readonly string[]): void {
  for (const name of node.fields.keys()) {
    if (name !== 'location' && !names.includes(name)) {
      refuseNode(node, `${node.kind} with ${name} is not allowed`);
    }
  }
}

/** Throws Refusal with the place of the node. */
export function refuseNode(node: TreeNode, reason: string): never {
  return refuse(reason, node.location);
}

/** The text of each String node in a list such as a qualified name. */
export function readNames(value: unknown): readonly string[] {
  return readList(value).map((item) => {
    const { kind, fields } = readNode(item);
    const text = fields.get('sval');
    return kind === 'String' && typeof text === 'string' ? text : refuse('a name is unreadable');
  });
}

/** A name of pg_catalog, qualified or not; undefined for a name of any other schema. */
export function builtinName(value: unknown): string | undefined {
  const names = readNames(value);
  const [first, second] = names;
  if (names.length === 1) return first;
  return names.length === 2 && first === 'pg_catalog' ? second : undefined;
}

/** Whether a column occurs in the tree. */
export function usesData(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(usesData);
  const fields = readFields(value);
  return fields.has('ColumnRef') || [...fields.values()].some(usesData);
}

/** Every text in the tree: constants, and the names of what is used. */
export function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return [...readFields(value)].flatMap(([name, member]) => {
    return name === 'sval' && typeof member === 'string' ? [member] : textsIn(member);
  });
}

export type Constant =
  | { readonly type: 'text'; readonly text: string }
  /** Negative ones included; a fraction keeps its digits. */
  | { readonly type: 'number'; readonly value: number; readonly integer: boolean }
  | { readonly type: 'other' };

/**
 * The value of a constant; undefined for every other node. Zero, false and '' are left out there.
 */
export function readConstant(node: TreeNode): Constant | undefined {
  if (node.kind !== 'A_Const') return undefined;
  onlyFields(node, ['ival', 'fval', 'sval', 'boolval', 'isnull']);
  const { fields } = node;
  if (fields.has('sval')) {
    return { type: 'text', text: String(readFields(fields.get('sval')).get('sval') ?? '') };
  }
  if (fields.has('ival')) {
    const value = Number(readFields(fields.get('ival')).get('ival') ?? 0);
    return { type: 'number', value, integer: true };
  }
  if (fields.has('fval')) {
    const value = Number(readFields(fields.get('fval')).get('fval'));
    return { type: 'number', value, integer: false };
  }
  return { type: 'other' };
}

/** Whether the node is NULL, as the parser sees it: without a cast. */
export function isNull(node: TreeNode): boolean {
  return node.kind === 'A_Const' && node.fields.has('isnull');
}

/** The reason of a refused expression; it is caught within the vetting. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** In UTF-16 code units from the start of the text that was read. */
  readonly offset: number | undefined;
  /** PostgreSQL could not read the text either. */
  readonly invalid: boolean;

  constructor(reason: string, offset?: number, invalid = false) {
    super(reason);
    this.offset = offset;
    this.invalid = invalid;
  }
}

/** Throws Refusal; `offset`: in UTF-16 code units from the start of the text that was read. */
export function refuse(reason: string, offset?: number): never {
  throw new Refusal(reason, offset);
}
