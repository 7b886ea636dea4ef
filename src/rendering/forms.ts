/** The output forms of a plan and of a verify report, each loaded when it is used. */
import type { Plan } from '../planning/plan.js';
import type { VerifyReport } from '../verifying/verdict.js';
import {
  HTML_START,
  PLAN_COMMENT,
  PLAN_JSON,
  PLAN_SQL,
  PLAN_TEXT,
  VERIFY_COMMENT,
  VERIFY_JSON,
  VERIFY_METRICS,
  VERIFY_TEXT,
} from './marks.js';
import type { RenderOptions } from './options.js';

/** Renders `content`; newline at the end. */
type Render<Content> = (content: Content, options: RenderOptions) => string;

export interface Form<Content> {
  /** In a sentence: `also write it as Markdown`. */
  readonly noun: string;
  /** The description of its flag in `--help`; absent: printed by default, or by `--json`. */
  readonly print?: string;
  /** Matches a whole file that is a result of this form, and hardly others. */
  readonly mark: RegExp;
  /** A program of another user may read its file at any time: each is whole and readable. */
  readonly isReplaced?: true;
  readonly load: () => Promise<Render<Content>>;
}

/** By name, which is also its flag: `--markdown`, `--markdown-into FILE`. */
export interface Forms<Content> {
  readonly text: Form<Content>;
  readonly json: Form<Content>;
  readonly [name: string]: Form<Content>;
}

/** The forms of a plan. */
export const PLAN_FORMS: Forms<Plan> = {
  text: {
    noun: 'text',
    mark: PLAN_TEXT,
    load: async () => (await import('./plan/text.js')).planText,
  },
  json: {
    noun: 'JSON',
    mark: PLAN_JSON,
    load: async () => (await import('../planning/format/write.js')).planJson,
  },
  summary: {
    noun: 'a summary',
    mark: PLAN_TEXT,
    print: 'print counts and dangers, without the changes',
    load: async () => (await import('./plan/ending.js')).planSummaryText,
  },
  markdown: {
    noun: 'Markdown',
    mark: new RegExp(`^${PLAN_COMMENT}`),
    print: 'print Markdown, for a pull request',
    load: async () => (await import('./plan/markdown.js')).planMarkdown,
  },
  html: {
    noun: 'HTML',
    mark: new RegExp(`^${HTML_START}${PLAN_COMMENT}`),
    print: 'print HTML, a page for a browser',
    load: async () => (await import('./plan/html.js')).planHtml,
  },
  sql: {
    noun: 'SQL',
    mark: PLAN_SQL,
    print: 'print equivalent SQL, for review',
    load: async () => (await import('./plan/sql.js')).planSql,
  },
};

/** The forms of a verdict with its differences. */
export const VERIFY_FORMS: Forms<VerifyReport> = {
  text: {
    noun: 'text',
    mark: VERIFY_TEXT,
    load: async () => (await import('./verify/text.js')).verifyText,
  },
  json: {
    noun: 'JSON',
    mark: VERIFY_JSON,
    load: async () => (await import('./verify/json.js')).verifyJson,
  },
  markdown: {
    noun: 'Markdown',
    mark: new RegExp(`^${VERIFY_COMMENT}`),
    print: 'print Markdown, for an alarm or a comment',
    load: async () => (await import('./verify/markdown.js')).verifyMarkdown,
  },
  html: {
    noun: 'HTML',
    mark: new RegExp(`^${HTML_START}${VERIFY_COMMENT}`),
    print: 'print HTML, a page for a browser',
    load: async () => (await import('./verify/html.js')).verifyHtml,
  },
  metrics: {
    noun: 'metrics, for the textfile collector of node_exporter',
    mark: VERIFY_METRICS,
    isReplaced: true,
    load: async () => (await import('./verify/metrics.js')).verifyMetrics,
  },
};
