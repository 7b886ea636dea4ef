/**
 * How an earlier result is recognised, which a new one may replace: by what stands where only the
 * result itself has it, at the beginning or as a whole. A file that quotes a result is none.
 */
import { KIND_NAMES, KINDS } from '../model/kinds.js';
import { PHRASES } from './plan/paint.js';
import { ALL_ACKNOWLEDGED, CONVERGED, MEANINGS, NODE_MEANINGS } from './verify/meanings.js';

/** The first line of Markdown, which code hosts do not show. */
export const PLAN_COMMENT = '<!-- lenkwerk plan -->\n';
/** The same of a verdict. */
export const VERIFY_COMMENT = '<!-- lenkwerk verify -->\n';

/** How every HTML document begins. */
export const HTML_START = '<!doctype html>\n';

const words = (texts: readonly string[]) => `(?:${texts.join('|')})`;
const titles = KIND_NAMES.map((kind) => KINDS[kind].title);
const phrases = words(Object.values(PHRASES));
/** Of a plan with changes: the first of them behind its sign, or a line of its summary. */
const CHANGES = `(?:\\S .+ ${phrases}|${words(titles)}: \\d+ ${phrases}.*)`;
const DANGERS = '\\n(?:! .+\\n)+(?:To apply it: .+\\n)?';
const COUNTS = `Plan: ${['add', 'change', 'expire', 'delete'].map((name) => `\\d+ to ${name}`).join(', ')}\\.\\n`;
const NO_CHANGES = 'No changes(?:: the recorded state is| in this part: what was chosen is) .+\\n';
const REMARKS = '\\n(?:(?:note: |not managed here: |PARTIAL PLAN, ).+\\n)+';

/** A plan in text: its first line and its end, or all of it where nothing changes. */
export const PLAN_TEXT = new RegExp(
  `^(?:${CHANGES}(?: \\(\\d+\\))?\\n[^]*\\n${COUNTS}(?:${DANGERS})?|${NO_CHANGES}(?:${REMARKS})?)$`,
);
/** A plan as SQL: its first two lines. */
export const PLAN_SQL = new RegExp(`^-- ${COUNTS}-- For review, against `);
/** How the JSON of a plan begins. */
export const PLAN_JSON = /^\s*\{\s*"formatVersion":\s*\d+,\s*"toolVersion":/;
/** The same of a verdict. */
export const VERIFY_JSON = /^\s*\{\s*"formatVersion":\s*\d+,\s*"verdict":/;

const verdicts = [
  ...[...Object.entries(MEANINGS), ...Object.entries(NODE_MEANINGS)].map(
    ([verdict, meaning]) => `${verdict}: ${meaning}`,
  ),
  ...Object.values(CONVERGED).map((meaning) => `converged: ${meaning}(?:${ALL_ACKNOWLEDGED})?`),
];
/** A verdict in text: its first line. */
export const VERIFY_TEXT = new RegExp(`^${words(verdicts)}\\n`);
/** How the metrics of a verdict begin. */
export const VERIFY_METRICS = /^# HELP lenkwerk_verify_(?:overall_)?verdict /;
