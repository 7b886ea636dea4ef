/** `lenkwerk instance set-status`: an apply of one field, which no manifest manages. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyContext } from '../../../../src/applying/context/context.js';
import { verifyTargets } from '../../../../src/applying/verify.js';
import { Logins } from '../../../support/logins.js';
import { type Workplace, workplace } from '../../../support/servers/command-cluster.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

/** A ring of three; the manifest leaves their status out. */
const SECTIONS = `instances: [{ host: "h-[1-3]", username: u }]
servermap: { algorithm: ring }
`;

/** Applied, and all online. */
async function cluster(sections = SECTIONS): Promise<string> {
  const file = work.manifest(sections);
  expect(await work.run(['apply', file, '--auto-approve'])).toMatchObject({ exitCode: 0 });
  await work.query('UPDATE storage.postgres_instance SET status = 3');
  return file;
}

function setStatus(...args: readonly string[]) {
  return work.run(['instance', 'set-status', ...args]);
}

/** With the last apply of manifests, as no manifest is read. */
async function verify() {
  const context = applyContext({ connection: { url: work.url } });
  const options = { source: undefined, targets: [], wait: false, repair: false };
  return await verifyTargets(context, { ...options, nodes: undefined, timeoutMs: 30_000 });
}

async function statuses(): Promise<string> {
  const rows = await work.query('SELECT status FROM storage.postgres_instance ORDER BY host, port');
  return rows.map(([status]) => status).join(' ');
}

test('the plan is shown and asked for; then it is applied, logged and no drift', async () => {
  const file = await cluster();
  const args = ['instance', 'set-status', 'offline', 'h-2'];
  expect(await work.run(args)).toMatchObject({ exitCode: 3 });
  const declined = await work.run(args, { answer: 'no' });
  expect(declined).toMatchObject({ exitCode: 4 });
  expect(declined.stderr).toContain('instance/h-2:5432');
  expect(declined.stderr).toMatch(/status +online -> offline/);
  expect(await statuses()).toBe('3 3 3');
  const applied = await work.run(args, { answer: 'yes' });
  expect(applied).toMatchObject({ exitCode: 0 });
  expect(applied.stdout).toMatch(/^Applied: 0 added, 1 changed, 0 expired, 0 deleted \(apply 2, /);
  expect(await statuses()).toBe('3 0 3');
  expect((await work.run(['plan', file])).stdout).toContain('No changes');
  const { compared, drift, lastApply } = await verify();
  expect([compared, drift?.changes, lastApply?.id]).toEqual(['last-apply', [], 1n]);
  expect((await work.run(['history'])).stdout).toMatch(/\n2 .* ~1 +set-status offline\n1 /);
  const { entries } = JSON.parse((await work.run(['history', '--json'])).stdout);
  expect(entries.map((entry: { setStatus: unknown }) => entry.setStatus)).toEqual([
    'offline',
    null,
  ]);
  const { stdout } = await work.run(['history', '2']);
  expect(stdout).toContain('By `lenkwerk instance set-status offline`, not from manifests.');
  expect(await work.run(['history', '2', '--json'])).toMatchObject({ exitCode: 0 });
});

test('a status has a number as well, and a host stands for each instance on it', async () => {
  await cluster(`${SECTIONS}---
apiVersion: lenkwerk/v1
kind: Cluster
instances: [{ host: h-1, port: 5433, username: u }]
`);
  const auto = ['--auto-approve', '--allow', 'copies:offline'];
  expect(await setStatus('1', 'h-1', 'h-3:5432', ...auto)).toMatchObject({ exitCode: 0 });
  expect(await statuses()).toBe('1 1 3 1');
  const again = await setStatus('read-only', 'h-1', '--auto-approve');
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).toBe('No changes: the status is read-only already.\n');
  expect(await setStatus('write-only', 'h-1:5433', ...auto)).toMatchObject({ exitCode: 0 });
  expect(await statuses()).toBe('1 2 3 1');
  const unknown = await setStatus('online', 'h-2', 'h-4', ...auto);
  expect(unknown).toMatchObject({ exitCode: 3 });
  expect(unknown.stderr).toContain('no instance h-4 is registered');
  for (const status of ['4', 'down']) {
    expect(await setStatus(status, 'h-1', ...auto)).toMatchObject({ exitCode: 3 });
  }
  expect(await statuses()).toBe('1 2 3 1');
});

test('the instances of all copies are refused with the entries, of older generations too', async () => {
  await cluster();
  // The ring of now no longer pairs the third with the first.
  await work.query("SELECT storage.register_pg_instance('h-4', 5432, 'u')");
  await work.query('UPDATE storage.postgres_instance SET status = 3');
  const file = work.manifest(SECTIONS.replace('[1-3]', '[1-4]'), 'more.yaml');
  expect(await work.run(['apply', file, '--auto-approve'])).toMatchObject({ exitCode: 0 });
  const both = ['offline', 'h-1', 'h-3', '--auto-approve'];
  const refused = await setStatus(...both);
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain(
    'dangerous: copies:offline (instance/h-1:5432, instance/h-3:5432); ' +
      'no readable copy would be left of h-3_5432 (servermap generation 1)',
  );
  expect(refused.stderr).toContain('--allow copies:offline');
  const without = ['copies', '--without', 'h-1', '--without', 'h-3'];
  expect(await work.run(without)).toMatchObject({ exitCode: 2 });
  expect(await statuses()).toBe('3 3 3 3');
  const dry = await setStatus(...both, '--allow', 'copies:offline', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0 });
  expect(dry.stdout).toContain('Dry run: everything was tried and rolled back.');
  expect(await statuses()).toBe('3 3 3 3');
  const json = await setStatus(...both, '--allow', 'copies:offline', '--json');
  expect(json).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(json.stdout)).toMatchObject({
    ...{ committed: true, applyId: '3' },
    plan: {
      setStatus: { status: 'offline', instances: ['h-1:5432', 'h-3:5432'], override: false },
      ...{ partial: null, unmanaged: [], summary: { add: 0, change: 2, expire: 0, delete: 0 } },
    },
  });
  expect(await work.run(['copies'])).toMatchObject({ exitCode: 2 });
});

test('what manifests manage is refused unless it is overridden, and then it is drift', async () => {
  const managed = SECTIONS.replace('username: u', 'username: u, status: online');
  await cluster(managed);
  const refused = await setStatus('offline', 'h-1', '--auto-approve');
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain(
    'the manifests of apply 1 manage the status of h-1:5432 (online): the next apply of them takes',
  );
  expect(refused.stderr).toContain('--override');
  expect(await setStatus('offline', 'h-1', '--dry-run')).toMatchObject({ exitCode: 4 });
  expect(await statuses()).toBe('3 3 3');
  const done = await setStatus('offline', 'h-1', '--auto-approve', '--override');
  expect(done).toMatchObject({ exitCode: 0 });
  expect(done.stdout).toContain('note: the manifests of apply 1 manage the status of h-1:5432');
  expect((await verify()).drift?.changes).toHaveLength(1);
  // What a command set before is not what manifests manage.
  expect(await setStatus('online', 'h-1', '--auto-approve')).toMatchObject({ exitCode: 4 });
  const released = work.manifest(`${SECTIONS}config: { a: 1 }\n`, 'released.yaml');
  await work.run(['apply', released, '--auto-approve']);
  expect(await setStatus('read-only', 'h-1', '--auto-approve')).toMatchObject({ exitCode: 0 });
  expect(await setStatus('online', 'h-1', '--auto-approve')).toMatchObject({ exitCode: 0 });
  expect((await verify()).drift?.changes).toEqual([]);
});

test('others may apply while it is asked: what they changed of these instances alone matters', async () => {
  await cluster();
  const whileAsked = (others: () => Promise<unknown>) =>
    work.run(['instance', 'set-status', 'offline', 'h-2'], {
      terminals: { stdin: true, stdout: false, stderr: true },
      ask: async () => {
        await others();
        return 'yes';
      },
    });
  const other = `${SECTIONS}config: { topic: t }\n`.replace('[1-3]', '[1-4]');
  const more = () => work.run(['apply', work.manifest(other, 'more.yaml'), '--auto-approve']);
  expect(await whileAsked(more)).toMatchObject({ exitCode: 0 });
  expect(await statuses()).toBe('3 0 3 0');
  await setStatus('online', 'h-2', '--auto-approve');
  const same = () => setStatus('read-only', 'h-2', '--auto-approve');
  const stale = await whileAsked(same);
  expect(stale).toMatchObject({ exitCode: 5 });
  expect(stale.stderr).toContain('the plan no longer fits at instance/h-2:5432 (');
  expect(await statuses()).toBe('3 1 3 0');
  const gone = () => work.query("DELETE FROM storage.postgres_instance WHERE host = 'h-2'");
  const deleted = await whileAsked(gone);
  expect(deleted).toMatchObject({ exitCode: 3 });
  expect(deleted.stderr).toContain('no instance h-2 is registered');
  expect(await statuses()).toBe('3 3 0');
});

test('without a question the status alone is written, whatever else changed', async () => {
  await cluster();
  await work.query("UPDATE storage.postgres_instance SET username = 'other' WHERE host = 'h-2'");
  expect(await setStatus('0', 'h-2', '--auto-approve')).toMatchObject({ exitCode: 0 });
  expect(
    await work.query("SELECT username, status FROM storage.postgres_instance WHERE host = 'h-2'"),
  ).toEqual([['other', 0]]);
});

test('a revert sets the status again, of these instances, and nothing else', async () => {
  await cluster();
  await setStatus('offline', 'h-2', '--auto-approve');
  await setStatus('online', 'h-2', '--auto-approve');
  await work.query("UPDATE storage.postgres_instance SET username = 'other' WHERE host = 'h-2'");
  await work.query("SELECT storage.register_pg_instance('h-4', 5432, 'u')");
  expect(await work.run(['revert', '2', '--auto-approve'])).toMatchObject({ exitCode: 0 });
  expect(await statuses()).toBe('3 0 3 0');
  expect((await work.run(['history', '--limit', '1'])).stdout).toMatch(
    /\n4 .* ~1 +revert of 2, set-status offline\n/,
  );
  const { drift } = await verify();
  expect(drift?.changes).toMatchObject([
    { address: 'instance/h-2:5432', reason: 'the user name differs', after: { status: 'offline' } },
    { address: 'instance/h-4:5432', action: 'delete' },
  ]);
});

test('the apply role may set it, a reader may plan it', async () => {
  const logins = await Logins.create();
  try {
    const admin = await logins.loginOf(undefined, 'SUPERUSER');
    expect(await logins.run(admin, ['init', '--roles'])).toMatchObject({ exitCode: 0 });
    const applier = await logins.loginOf('lenkwerk_apply');
    await logins.run(applier, ['apply', logins.manifest('t'), '--auto-approve']);
    const host = 's-1.example.com';
    const args = ['instance', 'set-status', 'offline', host, '--override'];
    const reader = await logins.loginOf('lenkwerk_reader');
    const file = work.path('reader.plan');
    expect(await logins.run(reader, [...args, '--out', file])).toMatchObject({ exitCode: 0 });
    const refused = await logins.run(reader, [...args, '--auto-approve']);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain('lenkwerk_apply');
    expect(await logins.run(applier, ['apply', file])).toMatchObject({ exitCode: 0 });
  } finally {
    await logins.close();
  }
});
