import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { licenceTrouble } from '../../scripts/licences.ts';
import { importsOf } from '../../scripts/source-imports.ts';
import { cycloneDx, productionPackages, type LockFile } from '../../scripts/production-packages.ts';

const root = path.resolve(import.meta.dirname, '../..');
const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as LockFile;
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const packages = productionPackages(lock);

interface Bom {
  readonly components: readonly { readonly 'bom-ref': string; readonly hashes?: unknown }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
const bom = cycloneDx(packages) as Bom;

describe('the packages that the product brings', () => {
  test('have licences that are allowed, each of them', () => {
    expect(packages.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
    expect(packages.flatMap(licenceTrouble)).toEqual([]);
  });

  test('are all that the manifest depends on, and no tool of development', () => {
    const names = new Set(packages.map(({ name }) => name));
    expect(Object.keys(manifest.dependencies).filter((name) => !names.has(name))).toEqual([]);
    expect(['eslint', 'vitest', 'typescript', 'prettier'].filter((name) => names.has(name))).toEqual([]);
    expect(names).toContain('@azure/identity');
  });

  test('are told to the last one of those that are bundled in the page, which npm calls development only', () => {
    const text = readdirSync(path.join(root, 'web/src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => importsOf(readFileSync(path.join(root, 'web/src', file), 'utf8')));
    const imported = text.flatMap(({ specifier }) =>
      specifier.startsWith('.') ? [] : [specifier.split('/')[0]],
    );
    expect(new Set(imported)).toEqual(new Set(['react', 'react-dom']));
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['react', 'react-dom', 'scheduler']));
  });

  test('are in the bill of materials, every one reached from the product', () => {
    const dependsOn = new Map(bom.dependencies.map((entry) => [entry.ref, entry.dependsOn]));
    const reached = new Set<string>();
    const visit = (ref: string): void => {
      if (reached.has(ref)) return;
      reached.add(ref);
      for (const next of dependsOn.get(ref) ?? []) visit(next);
    };
    visit(`${lock.name}@${lock.version}`);
    const refs = bom.components.map((entry) => entry['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs.filter((ref) => !reached.has(ref))).toEqual([]);
    expect([...reached].filter((ref) => !dependsOn.has(ref))).toEqual([]);
  });

  test('have a checksum each', () => {
    expect(bom.components.filter(({ hashes }) => hashes === undefined)).toEqual([]);
  });

  test('are printed by npm run sbom as one JSON document', () => {
    const printed = execFileSync(process.execPath, ['scripts/tell-packages.ts'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual(bom);
  });
});

describe('a licence', () => {
  test.each(['MIT', '(MIT OR GPL-3.0-only)', 'Apache-2.0 AND BSD-3-Clause'])('%s is allowed', (license) => {
    expect(licenceTrouble({ name: 'a', version: '1.0.0', license })).toEqual([]);
  });

  test.each([
    'GPL-3.0-only',
    'MIT AND AGPL-3.0-only',
    'SEE LICENSE IN x',
    'UNLICENSED',
    '',
    undefined,
    { type: 'MIT' },
  ])('%o is refused by name', (license) => {
    expect(licenceTrouble({ name: 'a', version: '1.0.0', license })).toEqual([
      expect.stringContaining('a 1.0.0'),
    ]);
  });
});
