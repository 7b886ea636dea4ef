/** The values that parameters may have. */
import { LenkwerkError } from '../../model/errors.js';

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** The text as one of the known values of a parameter. Throws `usage` for another one. */
export function oneOf<Value extends string>(
  parameter: string,
  text: string,
  known: readonly Value[],
): Value {
  const found = known.find((value) => value === text);
  if (found !== undefined) return found;
  const article = parameter.startsWith('ssl') ? 'an' : 'a';
  throw new LenkwerkError('usage', `not ${article} ${parameter}: ${text}`, {
    hint: known.join(', '),
  });
}

/**
 * Seconds of each attempt as milliseconds. Without a limit, at 0 or less, it is the default all the
 * same. Throws `usage`.
 */
export function parseTimeoutMs(text: string): number {
  if (text === '') return DEFAULT_CONNECT_TIMEOUT_MS;
  if (!/^-?\d{1,4}$/.test(text)) {
    throw new LenkwerkError('usage', `not a connect timeout in seconds: ${text}`);
  }
  const seconds = Number(text);
  return seconds <= 0 ? DEFAULT_CONNECT_TIMEOUT_MS : seconds * 1000;
}
