/** docs/left-to-people.md: every text is run on the estate as it stands there, and the daemon neither fights it nor leaves it behind. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runText } from '../../src/simulation/administrator.ts';
import { POOL, type Stage } from '../../src/simulation/failover-story.ts';
import {
  changesOf,
  databaseAt,
  driftsAt,
  driftStage,
  LYO1,
  PAR1,
  PAR2,
  statusOf,
} from '../simulation/drift-judge.ts';

const TIMEOUT = { timeout: 60_000 };
const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/left-to-people.md'), 'utf8');

/** The T-SQL of one section. */
function textOf(section: string): string {
  const part = page.split(/^## /m).find((one) => one.startsWith(section));
  const text = /```sql\n([\s\S]*?)```/.exec(part ?? '')?.[1];
  if (text === undefined) throw new Error(`no text in ${section}`);
  return text;
}
function asPerson(stage: Stage, instance: string, text: string): void {
  expect(runText(stage.world, instance, text).errors).toEqual([]);
}
const person = { by: 'alice', reason: 'patching', expiresAt: null };
const msdbAt = (stage: Stage, instance: string) => stage.world.state.hosts[instance]?.msdb;
const jobAt = (stage: Stage, instance: string, name: string): boolean | undefined =>
  msdbAt(stage, instance)?.jobs.find((job) => job.name === name)?.enabled;
const since = (stage: Stage, begun: number): readonly string[] => changesOf(stage).slice(begun);

/** Restores into mgc on an instance, by type: D is a whole database, L a log backup. */
const restoresAt = (stage: Stage, instance: string): readonly string[] =>
  (stage.world.state.instances[instance]?.restores ?? []).map(({ type }) => type);

test(
  'log backups that a job takes at backup carry the minimal way home, and the job goes with it',
  TIMEOUT,
  async () => {
    const stage = await driftStage({}, (text) =>
      text.replace(/^( *)policy:\n/m, (line, indent: string) => `${line}${indent}  failback: minimal\n`),
    );
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    const moved = changesOf(stage).length;
    asPerson(stage, LYO1, textOf('Log backups while backup serves'));
    await stage.pass(17);
    expect([since(stage, moved), statusOf(stage)?.drift]).toEqual([[], []]);
    const { last_backup_file } = msdbAt(stage, LYO1)?.primaryDatabases[0] ?? {};
    expect(last_backup_file).toMatch(/^\\\\fs01\\mgc-logs\\mgc_\d{14}\.trn$/);
    const had = restoresAt(stage, PAR1).length;
    stage.world.setPrimaryDatacenter('paris');
    await stage.converge();
    const restored = restoresAt(stage, PAR1).slice(had);
    // Two or three of the job's log backups, and the tail.
    expect(restored.length).toBeGreaterThan(2);
    expect(new Set(restored)).toEqual(new Set(['L']));
    expect(since(stage, moved).at(-1)).toBe('remove-log-shipping-primary:backup');
    expect([
      msdbAt(stage, LYO1)?.primaryDatabases,
      jobAt(stage, LYO1, 'LSBackup_mgc_while_failed_over'),
    ]).toEqual([[], undefined]);
    expect(stage.world.account().lost).toEqual([]);
    stage.daemon.crash();
  },
);

test(
  'the role that a person hands over before a patch stays there until the pool is resumed',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    await stage.daemon.daemon.decide({ pool: POOL, ...person, decision: 'suspend' });
    asPerson(stage, PAR1, textOf('Handing over before a patch'));
    stage.world.estate.fault(`down instance ${PAR1}`);
    await stage.pass(5);
    stage.world.estate.fault(`up instance ${PAR1}`);
    await stage.pass(5);
    expect([changesOf(stage), databaseAt(stage, PAR2)?.mirroring?.role]).toEqual([[], 'PRINCIPAL']);
    await stage.daemon.daemon.decide({ pool: POOL, ...person, decision: 'resume' });
    await stage.converge();
    expect([changesOf(stage), databaseAt(stage, PAR1)?.mirroring?.role]).toEqual([
      ['move-principal:home'],
      'PRINCIPAL',
    ]);
    stage.daemon.crash();
  },
);

test(
  'a half that a person adds on the mirror partner ships while it is the principal, and is no left-over',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    asPerson(stage, PAR2, textOf('The primary half of a home that is closed'));
    await stage.daemon.daemon.decide({ pool: POOL, ...person, decision: 'suspend' });
    asPerson(stage, PAR1, textOf('Handing over before a patch'));
    asPerson(stage, PAR2, textOf('Log shipping from the mirror partner'));
    await stage.pass(16);
    expect(msdbAt(stage, PAR2)?.primaryDatabases[0]?.last_backup_file).toMatch(
      /^\\\\fs01\\mgc-logs\\mgc_\d{14}\.trn$/,
    );
    asPerson(stage, PAR2, textOf('Handing over before a patch'));
    await stage.daemon.daemon.decide({ pool: POOL, ...person, decision: 'resume' });
    await stage.converge();
    expect([changesOf(stage), jobAt(stage, PAR2, 'LSBackup_mgc')]).toEqual([[], true]);
    stage.daemon.crash();
  },
);

test('endpoints that a person restarts bring the session back without a step', TIMEOUT, async () => {
  const stage = await driftStage();
  const before = databaseAt(stage, PAR1)?.mirroring?.guid;
  asPerson(stage, PAR2, 'ALTER ENDPOINT [Mirroring] STATE = STOPPED;');
  // The partner counts as lost after its time-out.
  await stage.pass(1);
  expect(await driftsAt(stage)).toContain('home.mirror is establishing');
  await stage.pass(2);
  expect([changesOf(stage), databaseAt(stage, PAR1)?.mirroring?.state]).toEqual([[], 'DISCONNECTED']);
  asPerson(stage, PAR2, textOf('A mirroring endpoint that is stuck'));
  asPerson(stage, PAR1, textOf('A mirroring endpoint that is stuck'));
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ state: 'SYNCHRONIZED', guid: before });
  expect(changesOf(stage)).toEqual([]);
  stage.daemon.crash();
});

test(
  'the primary half that a person takes away from a closed home is made again on the way back',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    const moved = changesOf(stage).length;
    asPerson(stage, PAR1, textOf('The primary half of a home that is closed'));
    await stage.pass(1);
    expect([since(stage, moved), statusOf(stage)?.drift]).toEqual([[], []]);
    stage.world.setPrimaryDatacenter('paris');
    await stage.converge();
    expect(jobAt(stage, PAR1, 'LSBackup_mgc')).toBe(true);
    expect(stage.world.account().lost).toEqual([]);
    stage.daemon.crash();
  },
);
