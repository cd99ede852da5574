/** Every command block of the README and docs/ is typed, line by line, in front of a simulated estate. */
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openPlayground } from '../../src/cli/estate-story/playground.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { documentParts, typedLines, type DocumentPart } from '../support/command-blocks.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { DocsTerminal } from './docs-terminal.ts';

const root = path.resolve(import.meta.dirname, '../..');
const FACTOR = 40;

/** What stands in front of the reader. A document with commands that is not named here fails. */
const SCENES: Readonly<Record<string, 'clone' | 'estate' | 'daemon'>> = {
  'README.md': 'clone',
  'docs/getting-started.md': 'estate',
  'docs/alerts.md': 'daemon',
  'docs/doctor.md': 'daemon',
  'docs/runbook.md': 'daemon',
  'docs/left-to-people.md': 'daemon',
  'docs/support.md': 'daemon',
  'docs/upgrade.md': 'daemon',
  'docs/install.md': 'daemon',
  // The last one: it moves the pool.
  'docs/day-2.md': 'daemon',
};
/** Each is a test of its own in the suite, or the suite itself. */
const RUN_BY_THEMSELVES = new Set(['npm test', 'npm run demo']);

const read = (file: string): readonly DocumentPart[] =>
  documentParts(readFileSync(path.join(root, file), 'utf8'));

/** A command that looks for itself starts cold: on a busy machine its first connections take longer than a daemon's. */
function makePatient(settingsFile: string): void {
  const patient = readFileSync(settingsFile, 'utf8').replaceAll(
    /^( +(?:connect|instance|folder|shell|chatServer): ).*$/gm,
    (_, key: string) => `${key}5s`,
  );
  writeFileSync(settingsFile, patient);
}

interface Scene {
  readonly terminal: DocsTerminal;
  readonly stage?: WireStage;
}

async function awaitPool(stage: WireStage, what: string): Promise<void> {
  const gate = /^gate (\w+)$/.exec(what)?.[1];
  if (gate === undefined) {
    await stage.converged(what === 'paris' ? 'home' : 'backup');
    return;
  }
  await stage.until(what, async () => (await stage.status())?.gate?.code === gate);
}

async function obey(
  part: Extract<DocumentPart, { kind: 'directive' }>,
  { terminal, stage }: Scene,
): Promise<void> {
  if (part.name === 'before') await terminal.type(part.value);
  if (part.name === 'estate') await stage?.estate.fault(part.value);
  if (part.name === 'until' && stage !== undefined) await awaitPool(stage, part.value);
}

/** Each line that was typed is in the answer. */
async function typeDocument(file: string, scene: Scene): Promise<readonly string[]> {
  const done: string[] = [];
  let passed = false;
  for (const part of read(file)) {
    if (part.kind === 'directive') {
      passed = part.name === 'elsewhere';
      if (!passed)
        await obey(part, scene).catch((cause: unknown) => {
          throw new Error(`${file}:${String(part.line)}`, { cause });
        });
      continue;
    }
    if (part.language === 'sh' && !passed) {
      const typed = part.text.split('\n').filter((line) => !RUN_BY_THEMSELVES.has(typedLines(line)[0] ?? ''));
      await scene.terminal.type(typed.join('\n'), part.words.includes('refused')).catch((cause: unknown) => {
        throw new Error(`${file}:${String(part.line)}`, { cause });
      });
      done.push(...typedLines(typed.join('\n')));
    }
    passed = false;
  }
  return done;
}

const documents = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((file) => file.endsWith('.md'))
  .filter((file) => read(file).some((part) => part.kind === 'block' && part.language === 'sh'));

test('every document with commands has a scene to type them in', () => {
  expect(documents.filter((file) => SCENES[file] === undefined)).toEqual([]);
  expect(Object.keys(SCENES).filter((file) => !documents.includes(file))).toEqual([]);
});

test('getting started leads from an empty folder to a daemon that looks and touches nothing', async () => {
  const playground = await openPlayground({
    directory: mkdtempSync(path.join(os.tmpdir(), 'pchat-docs-')),
    shareSite: 'backup',
    nowMs: hostClock.now(),
    seed: 'docs',
    factor: FACTOR,
  });
  try {
    rmSync(playground.documents.desiredFile);
    makePatient(playground.documents.settingsFile);
    using terminal = new DocsTerminal(playground.directory);
    const done = await typeDocument('docs/getting-started.md', { terminal });
    expect(terminal.typed).toHaveLength(done.length);
    const status = await terminal.type('pchat status --output json');
    expect(JSON.parse(status)).toMatchObject({ pools: [{ pool: 'contoso-chat', mode: 'observe' }] });
  } finally {
    await playground.stop();
    rmSync(playground.directory, { recursive: true, force: true });
  }
});

test('the tasks of every day, the runbook and the checks work as written', async () => {
  await using stage = await WireStage.open({ seed: 'docs', factor: FACTOR, overrides: {}, limitMs: 90_000 });
  await stage.startDaemon();
  await stage.converged('home');
  makePatient(stage.playground.documents.settingsFile);
  using terminal = new DocsTerminal(stage.playground.directory);
  for (const [file, scene] of Object.entries(SCENES))
    if (scene === 'daemon') await typeDocument(file, { terminal, stage });
});

test('the README works in a clone', async () => {
  const clone = mkdtempSync(path.join(os.tmpdir(), 'pchat-clone-'));
  try {
    for (const name of [
      'package.json',
      'package-lock.json',
      'desired-state.example.yaml',
      'settings.example.yaml',
    ])
      copyFileSync(path.join(root, name), path.join(clone, name));
    for (const name of ['scripts', 'src'])
      cpSync(path.join(root, name), path.join(clone, name), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
    using terminal = new DocsTerminal(clone);
    // What the sentence above the second block says.
    await terminal.background('npm start', '.estate/state/control-token');
    await typeDocument('README.md', { terminal });
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});
