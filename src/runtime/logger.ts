/**
 * Log lines for stderr: readable text on a terminal, one JSON object per line elsewhere. Results
 * are never logged.
 */
import { LenkwerkError } from '../model/errors.js';
import { HIDDEN, isSecretName } from '../model/secrets/names.js';
import { redact } from '../model/secrets/redact.js';
import { escapeJson, printable } from '../model/text.js';

/** From the most to the least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** `message` is a constant text, so that it can be searched for; variable parts are `fields`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** Lines below this level are dropped. */
  readonly level: LogLevel;
  readonly format: 'human' | 'json';
  /** Receives whole lines, newline included. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** Deeper fields are cut: a log line must not hold a document. */
const MAX_DEPTH = 6;

/** A logger that writes one line per entry, in the given format; passwords are hidden. */
export function createLogger(options: LoggerOptions): Logger {
  const threshold = LOG_LEVELS.indexOf(options.level);
  const format = options.format === 'json' ? jsonLine : humanLine;
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(level) < threshold) return;
      const entry = { time: options.now().toISOString(), level, message, fields };
      options.write(`${format(entry)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A logger that drops every line. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

interface LogEntry {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

function jsonLine({ time, level, message, fields }: LogEntry): string {
  const extra = Object.entries(fields).filter(([name]) => !RESERVED.has(name));
  const entries = extra.map(([name, value]) => [name, loggable(name, value, 0)] as const);
  return escapeJson(JSON.stringify({ time, level, message, ...Object.fromEntries(entries) }));
}

const RESERVED = new Set(['time', 'level', 'message']);

function humanLine({ level, message, fields }: LogEntry): string {
  const words = Object.entries(fields).map(([name, value]) => {
    const shown = loggable(name, value, 0);
    const bare = typeof shown === 'string' && /^[\w.:/@+-]+$/.test(shown);
    return ` ${name}=${bare ? shown : escapeJson(JSON.stringify(shown) ?? 'undefined')}`;
  });
  const prefix = level === 'info' ? '' : `${level}: `;
  return `${prefix}${printable(message)}${words.join('')}`;
}

/** The value as JSON, without secrets: bigint and dates as text, errors as code, message, hint. */
function loggable(name: string, value: unknown, depth: number): unknown {
  if (value !== undefined && value !== null && isSecretName(name)) return HIDDEN;
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '...';
  if (value instanceof Error) return loggableError(value, depth);
  if (value instanceof Date) return value.toJSON();
  if (Array.isArray(value)) return value.map((item) => loggable('', item, depth + 1));
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(entries.map(([k, v]) => [k, loggable(String(k), v, depth + 1)]));
}

function loggableError(error: Error, depth: number): unknown {
  const code = 'code' in error ? error.code : undefined;
  return {
    ...(code === undefined ? {} : { code: loggable('code', code, depth + 1) }),
    message: redact(error.message),
    ...(error instanceof LenkwerkError && error.hint !== undefined
      ? { hint: redact(error.hint) }
      : {}),
    ...(error.cause === undefined ? {} : { cause: loggable('cause', error.cause, depth + 1) }),
  };
}
