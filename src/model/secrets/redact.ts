/** Hides the secrets in a text: URLs, fields of JSON, assignments, private keys. */
import type { Span } from '../text.js';
import { assignedSecrets, type Content } from './assignments.js';
import { hideFields } from './json-fields.js';
import { HIDDEN, isSecretName, mayNameSecret } from './names.js';
import { urlPasswords } from './urls.js';

/** PostgreSQL shows a whole row of the table of the configuration: its id, key and value. */
const FAILING_ROW = /(Failing row contains \([^,\n]{1,40}, ([\w.-]{1,200}), ).*/g;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-----/g;

/**
 * Hides passwords in URLs, connection strings, JSON and the like; other text is returned as it is.
 * What was hidden already stays as it is: the result of the result is the result. Linear in the
 * text. Texts of others are `data` where they were written for programs, else `message`.
 */
export function redact(text: string, content: Content = 'message'): string {
  let shown = text;
  for (let times = 0; times < MAX_TIMES; times += 1) {
    const next = hideOnce(shown, content);
    if (next === shown) return shown;
    shown = next;
  }
  return HIDDEN;
}

/** Hiding may form another secret, as it seems. A text where that goes on is hidden whole. */
const MAX_TIMES = 5;

function hideOnce(text: string, content: Content): string {
  let shown = text.includes('@') ? hideSpans(text, urlPasswords(text)) : text;
  if (!mayNameSecret(shown)) return shown;
  shown = hideFields(shown);
  shown = hideSpans(shown, assignedSecrets(shown, content));
  shown = hideSpans(shown, privateKeys(shown));
  return shown.replace(FAILING_ROW, (row, start: string, key: string) => {
    return isSecretName(key) ? `${start}${HIDDEN}` : row;
  });
}

function hideSpans(text: string, spans: readonly Span[]): string {
  let shown = '';
  let at = 0;
  for (const { start, end } of spans) {
    shown += text.slice(at, start) + HIDDEN;
    at = end;
  }
  return shown + text.slice(at);
}

/** What is between the lines around private keys; certificates are public. */
function privateKeys(text: string): readonly Span[] {
  const spans: Span[] = [];
  PRIVATE_KEY.lastIndex = 0;
  while (PRIVATE_KEY.test(text)) {
    const start = PRIVATE_KEY.lastIndex;
    END_OF_KEY.lastIndex = start;
    const end = END_OF_KEY.exec(text)?.index ?? text.length;
    if (end > start) spans.push({ start, end });
    PRIVATE_KEY.lastIndex = end;
  }
  return spans;
}

const END_OF_KEY = /-----END|"/g;
