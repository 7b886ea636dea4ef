/** One kind of change, and the values that changes choose from. */
import type { Client } from 'pg';
import type { Random } from '../random.js';

export interface Operation {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly run: (client: Client, random: Random) => Promise<unknown>;
}

export const CONFIG_KEYS = [
  ...Array.from({ length: 40 }, (_, i) => `key_${i}`),
  ...['größe', 'ключ', '键', '🔑', 'a/b', '/lead', 'trail/', 'with space', 'quo"te', "apos'"],
  ...['back\\slash', 'new\nline', 'e\u0301', 'percent%', 'generation/2'],
];
const JSON_TEXTS = [
  '1',
  '"1"',
  '12345678901234567890',
  '1.10',
  '-0.0e-5',
  '{"b": 1, "a":[1, 2.50,null]}',
  '""',
  '"ü\\u00e9 🔑"',
  '[]',
  ' { } ',
  'true',
];

function text(random: Random): string {
  return JSON.stringify(`v${random.between(0, 1e9)} ${random.pick(CONFIG_KEYS)}`);
}

export function jsonText(random: Random): string {
  return random.chance(0.5) ? random.pick(JSON_TEXTS) : text(random);
}

export const SAVE_CONFIG = `INSERT INTO storage.config (key, value) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

export function saveConfig(client: Client, random: Random): Promise<unknown> {
  return client.query(SAVE_CONFIG, [random.pick(CONFIG_KEYS), jsonText(random)]);
}
