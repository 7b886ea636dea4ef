/** The text of one member of a JSON object, as it stands there. */
import { endOfString, tryParseJson } from '../../model/json.js';

/**
 * From after the colon up to the comma or brace that follows, whitespace included; of several
 * members of this name the last one. undefined: the object has none, or the text is no JSON object.
 */
export function memberText(object: string, name: string): string | undefined {
  let found: string | undefined;
  for (let at = object.indexOf('{') + 1; at > 0 && at < object.length; ) {
    const keyAt = object.indexOf('"', at);
    const keyEnd = keyAt < 0 ? undefined : endOfString(object, keyAt);
    if (keyEnd === undefined) return found;
    const start = object.indexOf(':', keyEnd) + 1;
    const end = start > 0 ? endOfValue(object, start) : object.length;
    if (tryParseJson(object.slice(keyAt, keyEnd)) === name) found = object.slice(start, end);
    at = end + 1;
  }
  return found;
}

/** The index of the comma or brace that ends a member. */
function endOfValue(object: string, start: number): number {
  let depth = 0;
  for (let at = start; at < object.length; at += 1) {
    const character = object[at];
    if (character === '"') at = (endOfString(object, at) ?? object.length) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth < 0 || (depth === 0 && character === ',')) return at;
  }
  return object.length;
}
