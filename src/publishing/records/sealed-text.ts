/** JSON objects that carry a digest of their own text: what another client altered is noticed. */
import { createHash } from 'node:crypto';

const SEAL_DIGITS = 16;
const SEAL_LENGTH = sealOf('').length;

/** The members of a JSON object. */
export type Fields = ReadonlyMap<string, unknown>;

/** The text of a JSON object, with a digest of it as the last member, in every version alike. */
export function sealed(body: string): string {
  return `${body.slice(0, -1)}${sealOf(body)}`;
}

/** The last member and the end of the object. */
function sealOf(body: string): string {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, SEAL_DIGITS);
  return `,"seal":"${digest}"}`;
}

/** False for a text that is not as `sealed` returned it. */
export function isSealed(text: string): boolean {
  const body = `${text.slice(0, -SEAL_LENGTH)}}`;
  return text.slice(-SEAL_LENGTH) === sealOf(body);
}

/** The members of the JSON object in a text; undefined: it holds none. */
export function parseFields(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** undefined: no JSON object. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}
