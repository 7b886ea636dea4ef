/** What is installed with this program is known by its content, and runs nothing meanwhile. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const LOCK = new URL('../../../package-lock.json', import.meta.url);
const MANIFEST = new URL('../../../package.json', import.meta.url);

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync(LOCK, 'utf8'));
const locked: readonly (readonly [string, Locked])[] = Object.entries<Locked>(packages).filter(
  ([path]) => path !== '',
);

/** Packages whose install script production does without, with what it does. */
const NEEDLESS_SCRIPTS = new Map([
  ['node_modules/protobufjs', 'warns of a version range in the package.json around it'],
]);

test('every package of the lock file has a digest', () => {
  const unknown = locked.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]+=*$/.test(integrity));
  expect(unknown.map(([path]) => path)).toEqual([]);
});

test('no package comes from elsewhere than the registry', () => {
  const elsewhere = locked.filter(([, { resolved }]) => resolved !== undefined);
  expect(elsewhere).toEqual([]);
});

test('production needs no install script', () => {
  const scripts = locked.filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev);
  expect(scripts.map(([path]) => path)).toEqual([...NEEDLESS_SCRIPTS.keys()]);
});

test('direct dependencies have exact versions', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const versions = Object.values<string>({ ...dependencies, ...devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
