/**
 * Resolves plain scalars by the YAML 1.2 core schema, with exact numbers.
 * https://yaml.org/spec/1.2.2/#1032-tag-resolution
 */
import { JsonNumber } from '../../model/json.js';

const CONSTANTS = new Map<string, null | boolean>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);

const DECIMAL = /^([-+]?)(?=[.\d])(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/;
const RADIX = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Numbers that JSON cannot hold. */
export function isNotFinite(source: string): boolean {
  return NOT_FINITE.test(source);
}

/** The value of an unquoted scalar. */
export function resolvePlain(source: string): null | boolean | string | JsonNumber {
  const constant = CONSTANTS.get(source);
  if (constant !== undefined) return constant;
  const number = /^[-+.\d]/.test(source) ? jsonNumberText(source) : undefined;
  return number === undefined ? source : new JsonNumber(number);
}

/** The number as JSON writes it, digit for digit: `+5` is `5`, `.5` is `0.5`, `0x1F` is `31`. */
function jsonNumberText(source: string): string | undefined {
  if (RADIX.test(source)) return BigInt(source).toString();
  const match = DECIMAL.exec(source);
  if (match === null) return undefined;
  const [, sign = '', integer = '', fraction = '', exponent] = match;
  if (integer === '' && fraction === '') return undefined;
  const whole = integer.replace(/^0+(?=\d)/, '') || '0';
  const decimals = fraction === '' ? '' : `.${fraction}`;
  const power = exponent === undefined ? '' : `e${exponent}`;
  return `${sign === '-' ? '-' : ''}${whole}${decimals}${power}`;
}
