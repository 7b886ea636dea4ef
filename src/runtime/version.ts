/** The version of this program, from its package. */
import { readFileSync } from 'node:fs';

const PACKAGE_FILE = new URL('../../package.json', import.meta.url);

export function toolVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
