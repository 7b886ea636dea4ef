/** Function calls: an allowed name with arguments that fit one of its signatures. */
import { FUNCTIONS } from '../allowed/functions.js';
import {
  type ArgumentRule,
  asPlain,
  CONSTANT_RULES,
  type ConstantRule,
  joinKinds,
  type Kind,
  type Signature,
} from '../allowed/kinds.js';
import { functionReason } from '../allowed/refused.js';
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
  usesData,
} from '../tree.js';
import { DESCRIPTIONS, MAX_INTEGER, meets } from './constants.js';
import { isCut, longestText } from './sizes.js';

interface Vetting {
  /** The kind of an expression. Throws Refusal. */
  readonly vetNode: (value: unknown) => Kind;
  /** Requires `nullif(x, 0)` with x of bounded size. Throws Refusal. */
  readonly vetGuarded: (node: TreeNode) => void;
}

/** Checks a FuncCall node and returns the kind of its value. Throws Refusal for others. */
export function vetCall(node: TreeNode, vetting: Vetting): Kind {
  onlyFields(node, ['funcname', 'args', 'funcformat']);
  const name = builtinName(node.fields.get('funcname'));
  if (name === undefined) {
    const written = readNames(node.fields.get('funcname')).join('.');
    return refuseNode(node, `the function ${written} is not allowed: it is not PostgreSQL's own`);
  }
  const signatures = FUNCTIONS.get(name);
  if (signatures === undefined) {
    return refuseNode(node, `the function ${name} is not allowed: ${functionReason(name)}`);
  }
  const args = readList(node.fields.get('args'));
  if (name === 'substring') refusePattern(node, args);
  const candidates = signatures.filter((signature) => fitsCount(signature, args.length));
  if (candidates.length === 0) {
    refuseNode(node, `${name} is not allowed with ${args.length} arguments`);
  }
  const kinds = args.map((arg, at) => argumentKind(arg, rulesAt(candidates, at), vetting));
  const fitting = candidates.find((signature) =>
    kinds.every((kind, at) => accepts(ruleAt(signature, at), kind)),
  );
  if (fitting === undefined) return refuseNode(node, misfit(name, candidates, kinds));
  if (name === 'replace') refuseGrowth(node, args);
  if (isCut(node.fields)) return 'small';
  const plain = kinds.map(asPlain).filter((kind) => kind !== undefined);
  if (fitting.gives === 'list') return joinKinds(['list', ...plain]);
  return fitting.gives === 'same' ? joinKinds(plain) : fitting.gives;
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

function accepts(rule: ArgumentRule | undefined, kind: ArgumentRule): boolean {
  if (rule === 'value') return asPlain(kind) !== undefined;
  return rule === kind || (rule === 'small' && kind === 'float');
}

/** What the candidates would need of the first argument that none of them accepts. */
function misfit(
  name: string,
  candidates: readonly Signature[],
  kinds: readonly ArgumentRule[],
): string {
  const at = kinds.findIndex(
    (kind, place) => !rulesAt(candidates, place).some((rule) => accepts(rule, kind)),
  );
  const rules = rulesAt(candidates, at);
  if (rules.includes('short')) {
    return `${name} may take quadratic time; cut the text to ${MAX_INTEGER} characters in all, as in left(.., ${MAX_INTEGER})`;
  }
  if (!rules.includes('small')) return `${name} is not allowed with such arguments`;
  return `${name} needs a value of bounded size, as after a cast to bigint or float8`;
}

function isConstantRule(rule: ArgumentRule): rule is ConstantRule {
  const rules: readonly string[] = CONSTANT_RULES;
  return rules.includes(rule);
}

/** The rule that the argument fits; where constants are required, only constants are checked. */
function argumentKind(
  value: unknown,
  rules: readonly ArgumentRule[],
  { vetNode, vetGuarded }: Vetting,
): ArgumentRule {
  const node = readNode(value);
  if (rules.includes('guarded') && node.kind === 'A_Expr') {
    vetGuarded(node);
    return 'guarded';
  }
  if (rules.includes('fixed')) {
    vetNode(value);
    return usesData(value) ? refuseNode(node, FIXED) : 'fixed';
  }
  if (rules.includes('short')) {
    const kind = vetNode(value);
    return kind === 'small' && longestText(value) <= MAX_INTEGER ? 'short' : kind;
  }
  const wanted = rules.find(isConstantRule);
  if (wanted === undefined) return vetNode(value);
  const constant = readConstant(withoutCast(node, wanted));
  if (constant === undefined || !meets(constant, wanted)) {
    refuseNode(node, `a constant is needed here: ${DESCRIPTIONS[wanted]}`);
  }
  return wanted;
}

const FIXED = 'a constant is needed here, since two lists of a document are compared item by item';

const CONSTANT_CASTS: Readonly<Partial<Record<ConstantRule, string>>> = {
  dictionary: 'regconfig',
  stride: 'interval',
};

/** `'english'::regconfig` and `interval '1 hour'` are the constants within. */
function withoutCast(node: TreeNode, rule: ConstantRule): TreeNode {
  const cast = CONSTANT_CASTS[rule];
  if (node.kind !== 'TypeCast' || cast === undefined) return node;
  onlyFields(node, ['arg', 'typeName']);
  const type = readFields(node.fields.get('typeName'));
  const modified = type.has('arrayBounds') || type.has('typmods');
  const plain = builtinName(type.get('names')) === cast && !modified;
  return plain ? readNode(node.fields.get('arg')) : node;
}

/** `substring(text from pattern)`, which is parsed to the same function. */
function refusePattern(node: TreeNode, [, second]: readonly unknown[]): void {
  const pattern = second === undefined ? undefined : readConstant(readNode(second));
  if (pattern?.type !== 'text') return;
  refuseNode(node, `substring with a pattern is not allowed: ${functionReason('regexp_substr')}`);
}

/** Nested replacements by longer texts would grow without bound. */
function refuseGrowth(node: TreeNode, args: readonly unknown[]): void {
  const [from, to] = args.slice(1).map((arg) => readConstant(readNode(arg)));
  const size = (constant: Constant | undefined) =>
    constant?.type === 'text' ? Buffer.byteLength(constant.text) : 0;
  if (size(to) > size(from)) refuseNode(node, 'replace must not make the text longer');
}
