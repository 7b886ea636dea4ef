/**
 * HTML and SVG whose values are escaped: only what a template itself holds is markup.
 * https://html.spec.whatwg.org/multipage/parsing.html
 */
import { printable } from '../../model/text.js';

/** Markup: what `html` returned. No other text becomes one. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Each value is escaped text, unless it is markup or a list; undefined and '' give nothing. */
  static of(parts: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    const pieces = parts.map((part, at) => part + (at < values.length ? markupOf(values[at]) : ''));
    return new Html(pieces.join(''));
  }

  toString(): string {
    return this.#markup;
  }
}

export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template of HTML or SVG. Attributes that hold values have quotes around them; a value never is
 * the name of an element or attribute, a style, a script, or an address that another may choose.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.of(parts, values);
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(markupOf).join('');
  return escapeText(String(value));
}

/** Characters that hide are written as escapes, as in all other output. */
function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
