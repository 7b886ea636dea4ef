/**
 * JSON whose numbers are kept as they were written: 20-digit integers and `1.10` pass through
 * unharmed. Objects are Maps, so that no key (`__proto__`) is special.
 */

/** A JSON number as its literal text. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;
