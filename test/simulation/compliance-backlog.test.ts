/** mgccomp is never failed over: what waits in it is a line of the ledger, and a planned move waits for it or for a person. */
import { expect, test } from 'vitest';
import { POOL } from '../../src/simulation/failover-story.ts';
import { changesOf, driftStage, LYO1, PAR1, databaseAt, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 120_000 };
type Stage = Awaited<ReturnType<typeof driftStage>>;

/** With a compliance store, events that wait there, and the edit that would move the pool. */
async function edited(): Promise<Stage> {
  const stage = await driftStage({ compliance: true });
  stage.world.estate.fault(`waiting events ${PAR1} mgccomp 3`);
  await stage.pass(1);
  expect(changesOf(stage)).toEqual([]);
  stage.world.setPrimaryDatacenter('lyon');
  await stage.pass(5);
  return stage;
}

test('a planned move waits while events wait, and begins when none is left', TIMEOUT, async () => {
  const stage = await edited();
  expect(statusOf(stage)?.gate).toMatchObject({ kind: 'await-approval', code: 'ComplianceBacklog' });
  expect(statusOf(stage)?.ledger?.lines.map(({ kind, note }) => [kind, note])).toContainEqual([
    'backlog',
    `3 compliance events wait in mgccomp on ${PAR1} (rows of tblComplianceData), which is never failed over`,
  ]);
  expect(changesOf(stage)).toEqual([]);
  expect(databaseAt(stage, PAR1)?.state).toBe('ONLINE');
  stage.world.estate.fault(`waiting events ${PAR1} mgccomp 0`);
  await stage.converge();
  expect(databaseAt(stage, LYO1)?.state).toBe('ONLINE');
  stage.daemon.crash();
});

test('a person who accepts the loss lets the move go', TIMEOUT, async () => {
  const stage = await edited();
  const accepted = { decision: 'accept-loss', lossMinutes: 0, expiresAt: null } as const;
  await stage.daemon.daemon.decide({ pool: POOL, by: 'alice', reason: 'exported by hand', ...accepted });
  await stage.converge();
  expect(databaseAt(stage, LYO1)?.state).toBe('ONLINE');
  expect(databaseAt(stage, PAR1, 'mgccomp')?.content.complianceEvents).toBe(3);
  stage.daemon.crash();
});

test(
  'a site that is lost takes an unknown backlog with it, and the failover does not wait',
  TIMEOUT,
  async () => {
    const stage = await driftStage({ compliance: true });
    stage.world.estate.fault('down site home');
    await stage.pass(4);
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    const notes = statusOf(stage)?.ledger?.lines.filter(({ kind }) => kind === 'backlog');
    expect(notes?.map(({ note }) => note).join()).toContain('an unknown number of compliance events');
    stage.daemon.crash();
  },
);
