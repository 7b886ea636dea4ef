/** The members of a YAML mapping, each of which must be asked for: a misspelt one is an error. */
import { assert } from '../../../src/model/errors.js';

export class Members {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #what: string;
  readonly #read = new Set<string>();

  constructor(value: unknown, what: string) {
    assert(isMapping(value), `${what} is a mapping`);
    this.#values = new Map(Object.entries(value));
    this.#what = what;
  }

  names(): readonly string[] {
    return [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): unknown {
    this.#read.add(name);
    return this.#values.get(name);
  }

  /** `fallback` replaces a missing member; without one the member is required. */
  text(name: string, fallback?: string): string {
    const value = this.value(name) ?? fallback;
    assert(typeof value === 'string', `${this.#what}.${name} is a text`);
    return value;
  }

  nullableText(name: string, fallback: string): string | null {
    return this.has(name) && this.value(name) === null ? null : this.text(name, fallback);
  }

  number(name: string, fallback: number): number {
    const value = this.value(name) ?? fallback;
    assert(typeof value === 'number', `${this.#what}.${name} is a number`);
    return value;
  }

  list(name: string): readonly unknown[] {
    const value = this.value(name) ?? [];
    assert(Array.isArray(value), `${this.#what}.${name} is a list`);
    return value;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((item) => {
      assert(typeof item === 'string', `${this.#what}.${name} is a list of texts`);
      return item;
    });
  }

  optionalMembers(name: string): Members {
    return new Members(this.value(name) ?? {}, `${this.#what}.${name}`);
  }

  /** Throws when there is a member that was not asked for. */
  end(): void {
    const unknown = this.names().filter((name) => !this.#read.has(name));
    assert(unknown.length === 0, `${this.#what} has unknown members: ${unknown.join(', ')}`);
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
