import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchFolder } from '../scratch.js';

/** A manifest of these sections in a folder of its own, which goes with the test. */
export async function manifestFile(sections: string): Promise<string> {
  const file = join(await scratchFolder(), 'cluster.yaml');
  await writeFile(file, `apiVersion: lenkwerk/v1\nkind: Cluster\n${sections}`);
  return file;
}
