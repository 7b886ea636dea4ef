/** Function calls: an allowed name with arguments that fit one of its signatures. */
import {
  type ArgumentRule,
  CONSTANT_RULES,
  type ConstantRule,
  DICTIONARIES,
  FUNCTIONS,
  type Kind,
  type Signature,
  TIME_FIELDS,
  TRUNCATIONS,
} from './allowed.js';
import {
  builtinName,
  type Constant,
  onlyFields,
  readConstant,
  readFields,
  readList,
  readNames,
  readNode,
  refuseNode,
  type TreeNode,
} from './tree.js';

/** The largest constants, as the width of lpad() or the digits of round(). */
const MAX_INTEGER = 1024;
/** The largest position in a text, which costs nothing. */
const MAX_LENGTH = 65_536;
const MAX_PATH_LENGTH = 256;
const MAX_PATH_EXPANSIONS = 2;

/**
 * Checks a FuncCall node and returns the kind of its value. `vetNode` checks an argument. Throws
 * Refusal for other functions and arguments.
 */
export function vetCall(node: TreeNode, vetNode: (value: unknown) => Kind): Kind {
  onlyFields(node, ['funcname', 'args', 'funcformat']);
  const name = builtinName(node.fields.get('funcname'));
  const signatures = name === undefined ? undefined : FUNCTIONS.get(name);
  if (name === undefined || signatures === undefined) {
    const written = readNames(node.fields.get('funcname')).join('.');
    return refuseNode(node, `the function ${written} is not allowed`);
  }
  const args = readList(node.fields.get('args'));
  const candidates = signatures.filter((signature) => fitsCount(signature, args.length));
  if (candidates.length === 0) {
    refuseNode(node, `${name} is not allowed with ${args.length} arguments`);
  }
  const kinds = args.map((arg, at) => argumentKind(arg, rulesAt(candidates, at), vetNode));
  const fitting = candidates.find((signature) =>
    kinds.every((kind, at) => ruleAt(signature, at) === kind),
  );
  if (fitting === undefined) return refuseNode(node, `${name} is not allowed with such arguments`);
  if (name === 'replace') refuseGrowth(node, args);
  return fitting.gives;
}

function fitsCount({ args, repeats }: Signature, count: number): boolean {
  return repeats ? count >= args.length : count === args.length;
}

function ruleAt({ args, repeats }: Signature, at: number): ArgumentRule | undefined {
  return args[at] ?? (repeats ? args.at(-1) : undefined);
}

function rulesAt(signatures: readonly Signature[], at: number): readonly ArgumentRule[] {
  return signatures.map((one) => ruleAt(one, at)).filter((rule) => rule !== undefined);
}

/** The rule that the argument fits; where constants are required, only constants are checked. */
function argumentKind(
  value: unknown,
  rules: readonly ArgumentRule[],
  vetNode: (value: unknown) => Kind,
): ArgumentRule | undefined {
  const wanted = CONSTANT_RULES.find((rule) => rules.includes(rule));
  if (wanted === undefined) return vetNode(value);
  const node = readNode(value);
  const constant = readConstant(wanted === 'dictionary' ? withoutConfigurationCast(node) : node);
  if (constant === undefined || !meets(constant, wanted)) {
    return refuseNode(node, `a constant is needed here: ${DESCRIPTIONS[wanted]}`);
  }
  return wanted;
}

const DESCRIPTIONS: Readonly<Record<ConstantRule, string>> = {
  text: 'a string',
  integer: `a whole number up to ${MAX_INTEGER}`,
  length: `a whole number from 0 to ${MAX_LENGTH}`,
  position: `a whole number up to ${MAX_INTEGER}, and not 0`,
  divisor: 'a number other than zero',
  truncation: 'a unit such as hour or day',
  field: 'a part of a time such as hour or epoch',
  zone: 'the name of a time zone, such as UTC',
  dictionary: "a text search configuration of PostgreSQL's own, such as english",
  jsonpath: 'a plain path such as $.items[*].id',
  jsontypes: 'a list such as ["string", "numeric"]',
};

function meets(constant: Constant, rule: ConstantRule): boolean {
  if (constant.type === 'number') return numberMeets(constant, rule);
  return constant.type === 'text' && textMeets(constant.text, rule);
}

function numberMeets(
  { value, integer }: { readonly value: number; readonly integer: boolean },
  rule: ConstantRule,
): boolean {
  if (rule === 'divisor') return value !== 0;
  if (rule === 'length') return integer && value >= 0 && value <= MAX_LENGTH;
  if (rule === 'position' && value === 0) return false;
  const counts = rule === 'integer' || rule === 'position';
  return counts && integer && Math.abs(value) <= MAX_INTEGER;
}

function textMeets(text: string, rule: ConstantRule): boolean {
  switch (rule) {
    case 'text':
      return true;
    case 'truncation':
      return TRUNCATIONS.has(text);
    case 'field':
      return TIME_FIELDS.has(text);
    case 'zone':
      return isTimeZone(text);
    case 'dictionary':
      return DICTIONARIES.has(text.replace(/^pg_catalog\./, ''));
    case 'jsonpath':
      return isPlainPath(text);
    case 'jsontypes':
      return /^\[ *"(?:all|key|string|numeric|boolean)"(?:, *"(?:key|string|numeric|boolean)")* *\]$/.test(
        text,
      );
    case 'integer':
    case 'length':
    case 'position':
    case 'divisor':
      return false;
  }
}

/** An unknown zone would fail every insert; the names are the same IANA names everywhere. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Z][A-Za-z_]*(?:\/[A-Z][A-Za-z_-]*){0,2}$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Members and subscripts: without filters (like_regex) and `.**`, and with few expansions. */
function isPlainPath(text: string): boolean {
  const plain = /^(?:lax |strict )?\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\."[^"]*"|\[(?:\*|\d{1,6})\])*$/;
  const expansions = text.split('[*]').length - 1;
  return text.length <= MAX_PATH_LENGTH && expansions <= MAX_PATH_EXPANSIONS && plain.test(text);
}

/** `'english'::regconfig` is the constant within. */
function withoutConfigurationCast(node: TreeNode): TreeNode {
  if (node.kind !== 'TypeCast') return node;
  onlyFields(node, ['arg', 'typeName']);
  const type = readFields(node.fields.get('typeName'));
  const plain = builtinName(type.get('names')) === 'regconfig' && !type.has('arrayBounds');
  return plain ? readNode(node.fields.get('arg')) : node;
}

/** Nested replacements by longer texts would grow without bound. */
function refuseGrowth(node: TreeNode, args: readonly unknown[]): void {
  const [from, to] = args.slice(1).map((arg) => readConstant(readNode(arg)));
  const size = (constant: Constant | undefined) =>
    constant?.type === 'text' ? Buffer.byteLength(constant.text) : 0;
  if (size(to) > size(from)) refuseNode(node, 'replace must not make the text longer');
}
