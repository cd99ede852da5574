import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf, importsOf, sourceFiles } from '../scripts/source-imports.ts';

/**
 * Folder -> folders and packages that it may import. `x:types` allows only `import type` from x. ARCHITECTURE.md prints the
 * same table; ADR 0008 says why `statements` and `simulation` are folders of their own.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  topology: ['zod'],
  ports: ['topology:types'],
  'desired-state': ['topology', 'ports:types', 'zod', 'yaml', 'simple-git', 'node:'],
  reconciler: ['topology', 'ports:types', 'desired-state:types', 'xstate'],
  recording: ['topology', 'ports:types', 'desired-state', 'reconciler', 'zod', 'node:crypto'],
  adoption: ['topology', 'desired-state', 'observers:types', 'yaml'],
  doctor: ['topology', 'observers:types', 'statements'],
  runbook: ['topology', 'ports:types', 'reconciler', 'statements', 'actuators'],
  statements: ['topology', 'ports:types'],
  rights: ['topology', 'ports:types', 'statements'],
  connections: ['topology', 'ports:types', 'mssql', 'tedious', 'node:'],
  observers: ['topology', 'ports:types', 'statements', 'rights'],
  actuators: ['topology', 'ports:types', 'statements', 'rights', 'reconciler:types'],
  story: ['topology', 'ports:types', 'reconciler:types'],
  http: ['topology', 'ports:types', 'reconciler:types', 'story', 'fastify', 'prom-client', 'zod'],
  notify: ['topology', 'ports:types', 'reconciler:types', 'nodemailer', 'node:net'],
  tracing: ['ports:types', 'reconciler:types'],
  simulator: ['topology:types', 'node:', 'immer', 'selfsigned', 'xstate'],
  simulation: [
    'topology',
    'ports:types',
    'desired-state',
    'reconciler',
    'rights',
    'statements',
    'observers',
    'actuators',
    'daemon',
    'simulator',
    'xstate',
    'node:crypto',
    'node:buffer',
  ],
  daemon: [
    'topology',
    'ports:types',
    'desired-state',
    'reconciler',
    'connections',
    'observers',
    'actuators',
    'story',
    'http',
    'notify',
    'tracing',
    'xstate',
    'pino',
    'node-cron',
    'prom-client',
    'node:',
  ],
  cli: [
    'topology',
    'ports:types',
    'desired-state',
    'reconciler',
    'recording',
    'adoption',
    'rights',
    'doctor',
    'runbook',
    'observers',
    'connections',
    'story',
    'daemon',
    'simulator',
    'simulation',
    'commander',
    'yaml',
    'node:',
  ],
};

/** The page runs in a browser: of src it knows what the API's answers look like, and nothing that runs. */
const PAGE_MAY_IMPORT = [
  'http:types',
  'story:types',
  'reconciler:types',
  'topology:types',
  'react',
  'react-dom',
];

const root = path.resolve(import.meta.dirname, '..');
const src = path.join(root, 'src');
const files = sourceFiles(src);
const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? 'node:'
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

describe('src', () => {
  test.each(files)('%s imports only what its folder may import', (file) => {
    const folder = folderOf(file);
    const allowed = MAY_IMPORT[folder];
    expect(allowed, 'the folder has no row in MAY_IMPORT').toBeDefined();
    for (const { specifier, typeOnly } of importsOf(readFileSync(path.join(src, file), 'utf8'))) {
      const relative = specifier.startsWith('.');
      const target = relative
        ? folderOf(path.relative(src, path.resolve(src, path.dirname(file), specifier)))
        : packageOf(specifier);
      if (relative && target === folder) continue;
      const ok =
        allowed?.includes(target) === true ||
        allowed?.includes(specifier) === true ||
        (typeOnly && allowed?.includes(`${target}:types`) === true);
      expect(ok, `${file} may not import ${typeOnly ? 'type ' : ''}${specifier}`).toBe(true);
    }
  });

  test('has no barrel, no default export and no file of 400 lines or more', () => {
    const offenders = files.filter((file) => {
      const text = readFileSync(path.join(src, file), 'utf8');
      return /^export (\*|\{[^}]*\} from|default)/m.test(text) || text.split('\n').length >= 400;
    });
    expect(offenders).toEqual([]);
  });

  test('has no cycle between folders', () => {
    const edges = new Map<string, Set<string>>();
    for (const file of files) {
      const from = folderOf(file);
      for (const { specifier, typeOnly } of importsOf(readFileSync(path.join(src, file), 'utf8'))) {
        if (!specifier.startsWith('.') || typeOnly) continue;
        const to = folderOf(path.relative(src, path.resolve(src, path.dirname(file), specifier)));
        if (to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to));
      }
    }
    const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
      [...(edges.get(from) ?? [])].some((next) => {
        if (next === goal) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return reaches(next, goal, seen);
      });
    expect([...edges.keys()].filter((folder) => reaches(folder, folder))).toEqual([]);
  });

  test('names no file after nothing in particular', () => {
    const vague = /(^|\/)(utils?|helpers?|common|shared|misc)(\.|-|\/)/;
    expect(files.filter((file) => vague.test(file))).toEqual([]);
  });
});

describe('web/src', () => {
  const pages = path.join(root, 'web/src');
  const parts = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  );

  test.each(parts)('%s imports types of src only', (file) => {
    const text = readFileSync(path.join(pages, file), 'utf8');
    for (const { specifier, typeOnly } of importsOf(text)) {
      const at = path.resolve(pages, path.dirname(file), specifier);
      const relative = specifier.startsWith('.');
      if (relative && !path.relative(pages, at).startsWith('..')) continue;
      const target = relative ? folderOf(path.relative(src, at)) : packageOf(specifier);
      expect(PAGE_MAY_IMPORT, `${file}: ${specifier}`).toContain(
        typeOnly && relative ? `${target}:types` : target,
      );
    }
    expect(text.split('\n').length).toBeLessThan(400);
  });

  test.each(parts.filter((file) => file.startsWith('model')))('%s knows no browser and no view', (file) => {
    const imports = importsOf(readFileSync(path.join(pages, file), 'utf8'));
    expect(imports.filter(({ specifier }) => !/^\.\/|^\.\.\/\.\.\/\.\.\/src\//.test(specifier))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');

  test.each([...Object.entries(MAY_IMPORT), ['web', PAGE_MAY_IMPORT] as const])(
    'shows what %s may import',
    (folder, allowed) => {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${folder}\` `));
      expect(row, `no row for ${folder}`).toBeDefined();
      for (const name of allowed)
        expect(row).toContain(name.replace(/:types$/, ' (types)').replace(/^node:$/, 'node'));
    },
  );
});

describe('a document', () => {
  const adr = readdirSync(path.join(root, 'docs/adr')).map((name) => `docs/adr/${name}`);
  test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...adr])(
    '%s names only files that exist',
    (file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      // A path in code marks: from the root, or from src as the tables of ARCHITECTURE.md write it.
      const named = [...text.matchAll(/`([a-z.-]+(?:\/[a-zA-Z0-9._-]+)+\.(?:ts|mjs|md|yaml|json))`/g)].map(
        ([, name]) => name ?? '',
      );
      expect(
        named.filter((name) => !['', 'src', 'docs'].some((from) => existsSync(path.join(root, from, name)))),
      ).toEqual([]);
    },
  );
});
