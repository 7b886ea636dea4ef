/** The program of the examples that plans and applies, beside an agent. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { install } from '../../support/agents/operations-fixture.js';
import { runProgram } from '../../support/cli/console-lines.js';

const FOLDER = fileURLToPath(new URL('../../../examples/program/', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-program-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function manifest(sections: string): Promise<string> {
  const path = join(folder, 'cluster.yaml');
  await writeFile(path, `apiVersion: lenkwerk/v1\nkind: Cluster\n${sections}`);
  return path;
}

test('it applies what it planned, publishes it, and names dangers and problems', async () => {
  const { database, run, startAgent, target } = await install();
  await startAgent();
  const program = (...args: readonly string[]) =>
    runProgram(process.execPath, ['plan-and-apply.js', ...args], {
      cwd: FOLDER,
      env: { DATABASE_URL: database.url },
    });

  const two = await manifest('instances:\n  - host: h[1-2]\n    status: online\n    username: u\n');
  const applied = await program(two);
  expect(applied).toMatchObject({ exitCode: 0 });
  expect(applied.output).toContain('create instance/h1:5432\ncreate instance/h2:5432\n');
  expect(applied.output).toMatch(/^apply 1: published$/m);
  const published = await run(['get', '/PostgresInstance/h2/5432', '--target', target]);
  expect(published).toMatchObject({ exitCode: 0 });
  expect((await program(two)).output).toMatch(/^nothing to do$/m);

  const one = await manifest('instances:\n  - host: h1\n    status: online\n    username: u\n');
  const refused = await program(one);
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.output).toContain('delete instance/h2:5432 delete:instance\n');
  expect(refused.output).toMatch(/^refused: dangerous: delete:instance /m);
  expect(await program(one, 'delete:instance')).toMatchObject({ exitCode: 0 });

  const wrong = await program(await manifest('instances:\n  - hots: h1\n    username: u\n'));
  expect(wrong).toMatchObject({ exitCode: 1 });
  expect(wrong.output).toContain(`${join(folder, 'cluster.yaml')}:4: `);
});
