/** A document of one file: its style inside, no script, nothing to load. */
import { createHash } from 'node:crypto';
import { foldNames } from '../../model/names.js';
import { shortened } from '../difference.js';
import { HTML_START } from '../marks.js';
import { type Html, html } from './html.js';
import { STYLE } from './style.js';

interface Document {
  /** The comment by which the file is recognised, with its line break. */
  readonly comment: string;
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
}

/** The style of the document, and no other; all else is refused by the browser as well. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Longer names are cut. */
const MAX_NAME_LENGTH = 200;

/** The whole text, newline at the end. */
export function documentOf({ comment, title, header, main }: Document): string {
  const head = html`<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
`;
  const body = html`<body><header>${header}</header>
<main>
${main}</main></body></html>
`;
  return `${HTML_START}${comment}${head}<style>${STYLE}</style></head>\n${body}`;
}

/** The space that is left for a part of a document, which has to stay below a size. */
export class Space {
  #leftBytes: number;
  #isFull = false;

  constructor(sizeBytes: number) {
    this.#leftBytes = sizeBytes;
  }

  /** True where the markup fits: then its space is taken. */
  takes(markup: Html): boolean {
    const size = Buffer.byteLength(markup.toString());
    if (size > this.#leftBytes) {
      this.#isFull = true;
      return false;
    }
    this.#leftBytes -= size;
    return true;
  }

  /** True since something did not fit. */
  get isFull(): boolean {
    return this.#isFull;
  }
}

/** As many of the names, folded, as fit, and the number of the others; nothing for no names. */
export function namesWithin(names: readonly string[], space: Space): Html | undefined {
  if (names.length === 0) return undefined;
  const folded = foldNames(names.map((name) => shortened(name, MAX_NAME_LENGTH)));
  const markup = folded.map((name, at) => html`${at === 0 ? '' : ', '}${name}`);
  const shown = markup.filter((one) => space.takes(one));
  const rest = folded.length - shown.length;
  return html`<code>${shown}</code>${rest === 0 ? undefined : ` and ${rest} more`}`;
}

/** A section with its heading; undefined where nothing is in it. */
export function section(title: string, content: readonly (Html | undefined)[]): Html | undefined {
  const parts = content.filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  return html`<section><h2>${title}</h2>\n${parts}</section>\n`;
}

/** A list of markup; undefined for no items. */
export function list(items: readonly (Html | string)[]): Html | undefined {
  if (items.length === 0) return undefined;
  return html`<ul>${items.map((item) => html`<li>${item}</li>\n`)}</ul>\n`;
}

/** Rows of cells, which a narrow page has one below the other. */
export function table(rows: readonly Html[]): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<table class="changes"><tbody>\n${rows}</tbody></table>\n`;
}
