/** Plans as files for people: nothing is left out, every batch looks before it acts, and names stay names. */
import { describe, expect, test } from 'vitest';
import { ACTION_IDS, stepKey } from '../../src/reconciler/step-id.ts';
import { quoted } from '../../src/runbook/powershell.ts';
import { renderRunbook } from '../../src/runbook/render-runbook.ts';
import { chaptersOf } from '../../src/runbook/runbook-files.ts';
import { WRITTEN_STEPS } from '../../src/runbook/written-steps.ts';
import { programOf } from '../../src/simulator/tsql/compile.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { databaseFacts, homeLost, instanceFacts, seen, singlePair } from '../support/facts.ts';
import {
  batchesOf,
  everyStep,
  plannedSteps,
  renamed,
  runbookOf,
  writtenFiles,
  WORLDS,
  type World,
} from '../support/written-runbooks.ts';

const worlds = Object.entries(WORLDS).map(([name, make]) => [name, make()] as const);
const sqlOf = (world: World, steps = plannedSteps(world)): readonly string[] =>
  writtenFiles(world, steps)
    .filter(({ name }) => name.endsWith('.sql'))
    .flatMap(batchesOf);
const CHANGES = /^(ALTER|BACKUP|RESTORE (DATABASE|LOG)|EXEC @rc)|^ {2}ALTER/m;

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof PoolError ? error.code : String(error);
  }
};

describe.each(worlds)('%s', (_, world) => {
  const chapters = chaptersOf(runbookOf(world, plannedSteps(world)));

  test('every step of the plan has files, in the order of their numbers, and stops nowhere for lack of facts', () => {
    expect(chapters.map(({ step }) => stepKey(step.step))).toEqual(plannedSteps(world).map(stepKey));
    expect(chapters.flatMap(({ turns }) => turns.filter(({ kind }) => kind === 'stop'))).toEqual([]);
    const names = writtenFiles(world, plannedSteps(world)).map(({ name }) => name);
    expect(names.map((name) => Number(name.split('-')[0]))).toEqual(names.map((_name, index) => index + 1));
    expect([...names].sort()).toEqual(names);
  });

  test('every batch that changes something first looks who answers', () => {
    const changing = sqlOf(world).filter((batch) => CHANGES.test(batch));
    expect(changing.length).toBeGreaterThan(3);
    expect(changing.filter((batch) => !batch.includes('<> @server_expected'))).toEqual([]);
  });

  test('the estate takes every batch for T-SQL', () => {
    for (const batch of sqlOf(world)) expect(() => programOf(batch, '')).not.toThrow();
  });

  test('the book says what must be true, what is done then, and where there is no way back', () => {
    const frame = { headline: 'some steps', loss: 'loss: none', evidence: 'home is silent', obstacles: '' };
    const text = renderRunbook(runbookOf(world, plannedSteps(world)), chapters, frame);
    const steps = plannedSteps(world);
    expect(text.match(/^- Stop unless this is true: \S/gm)).toHaveLength(steps.length);
    expect(text.match(/no way back from here/g)).toHaveLength(
      steps.filter(({ risk }) => risk === 'no way back').length,
    );
    for (const { text: file } of writtenFiles(world, steps)) expect(text).toContain(file.trimEnd());
  });
});

test('every action of the table has a written form', () => {
  expect(Object.keys(WRITTEN_STEPS).sort()).toEqual([...ACTION_IDS].sort());
  const steps = everyStep();
  const chapters = chaptersOf(runbookOf(WORLDS['home rebuilt'](), steps));
  expect(chapters.map(({ step }) => stepKey(step.step))).toEqual(steps.map(stepKey));
});

const restoredFrom = (world: World): readonly string[] =>
  sqlOf(world).flatMap((batch) => /RESTORE LOG .* DISK = N'([^']*)\.trn'/.exec(batch)?.[1] ?? []);

test('where nobody copies, what is only on the share is restored from there', () => {
  const [share, copies] = ['\\\\fs01\\mgc-logs\\', 'D:\\LSCopy\\'];
  const world = WORLDS['home lost, the share read by SQL Server']();
  expect(plannedSteps(world).map(({ action }) => action)).not.toContain('copy-log-backups');
  expect(restoredFrom(world)).toEqual([
    `${copies}mgc_0001`,
    `${copies}mgc_0002`,
    `${share}mgc_0003`,
    `${share}mgc_0004`,
  ]);
});

test('where only the copy job copies, it is run and waited for before log shipping is removed', () => {
  const world = WORLDS['home lost, the share read by the copy job']();
  expect(plannedSteps(world)[0]?.action).toBe('run-copy-job');
  const first = sqlOf(world).find((batch) => batch.includes('sp_start_job')) ?? '';
  expect(first).toContain('log_shipping_secondary');
  expect(first).toContain('the job did not succeed');
  expect(restoredFrom(world).every((file) => file.startsWith('D:\\LSCopy\\'))).toBe(true);
});

test('a step that cannot be written for what was observed says so in its place', () => {
  const world = { pool: WORLDS['home lost']().pool, facts: homeLost({ share: { ...notSeenShare } }) };
  const steps = everyStep().filter(({ action }) => action === 'copy-log-backups');
  const [chapter] = chaptersOf(runbookOf(world, steps));
  expect(chapter?.turns).toEqual([
    { kind: 'stop', text: expect.stringContaining('cannot be named') as string },
  ]);
});

const notSeenShare = {
  kind: 'unknown',
  reason: 'no answer',
  code: 'PCO_INSTANCE_TIMEOUT',
  source: 'share',
  silentForMs: 1,
} as const;

test('a copy on the partner that may hold messages is not dropped: the step stops', () => {
  const world = WORLDS['home rebuilt']();
  const other = databaseFacts({ familyGuid: 'FA000000-0000-0000-0000-00000000000F' });
  const partner = instanceFacts('SQL-LYO-2', { databases: { mgc: other } });
  const instances = {
    ...singlePair('lyo', databaseFacts()),
    'sql-lyo-2.contoso.com': seen(partner, 'sql-lyo-2.contoso.com'),
  };
  const steps = everyStep().filter(({ action }) => action === 'mirror-backup');
  const [chapter] = chaptersOf(runbookOf({ ...world, facts: { ...world.facts, instances } }, steps));
  expect(chapter?.turns.map((turn) => (turn.kind === 'stop' ? turn.text : turn.file.name))).toEqual([
    'mgc on sql-lyo-2.contoso.com is not dropped: it is of another lineage and holds messages',
  ]);
});

describe('names', () => {
  test('single quotes of every kind are doubled for PowerShell', () => {
    expect(quoted("a'b\u2018c\u2019d\u201ae\u201bf")).toBe(
      "'a''b\u2018\u2018c\u2019\u2019d\u201a\u201ae\u201b\u201bf'",
    );
  });

  test('a name that would cut a batch or a line is refused', () => {
    const world = WORLDS['home lost']();
    for (const name of ['a\nGO\nb', 'a\rb', 'a\u0000b', 'a\u2028b'])
      expect(codeOf(() => writtenFiles(renamed(world, name), renamed(everyStep(), name)))).toBe(
        'PCO_DESIRED_INVALID',
      );
  });

  test('a file with a letter beyond ASCII carries a mark, others do not', () => {
    const world = WORLDS['home lost']();
    const firsts = (name: string): readonly boolean[] =>
      writtenFiles(renamed(world, name), plannedSteps(world)).map(({ text }) => text.startsWith('\ufeff'));
    expect(new Set(firsts('plain'))).toEqual(new Set([false]));
    expect(firsts('Größe')).toContain(true);
  });
});
