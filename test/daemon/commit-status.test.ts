import { describe, expect, test } from 'vitest';
import { poolCommitStatus, sourceCommitStatus } from '../../src/daemon/commit-status.ts';
import type { PoolStatus, SourceReason, SourceView } from '../../src/reconciler/pool-status.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed, unobserved } from '../support/pool-status.ts';

const revision = { commit: 'c1', author: 'Ann', subject: 's', at: '2026-11-24T02:00:00Z' };
const fromGit = (pool: DesiredPool): DesiredPool => ({ ...pool, revision });
const moving = fromGit(desiredPool({ primarySite: 'backup', counter: 2 }));
const told = (status: PoolStatus) => poolCommitStatus({ ...status, revision }, 'pchat');

describe('the status of a commit', () => {
  test('is pending until the pool was planned for it', () => {
    expect(told(unobserved(moving))).toMatchObject({
      commit: 'c1',
      context: 'pchat/chat',
      state: 'pending',
      description: 'not planned yet',
    });
  });

  test('is pending while there are steps, with their number, what they lose and what holds them', () => {
    const status = observed(homeLost(), moving);
    expect(told(status)).toMatchObject({ state: 'pending' });
    expect(told(status)?.description).toMatch(/^7 steps, loss 20\.0 min and 0 log backups/);
    const gate = { kind: 'hold', code: 'Suspended', reason: 'r', nextAction: null } as const;
    expect(told({ ...status, gate })?.description).toContain(', Suspended');
  });

  test('is the same for a loss that only grows', () => {
    const status = observed(homeLost(), moving);
    const { ledger } = status;
    if (ledger === null) throw new Error('no ledger');
    const later = told({ ...status, ledger: { ...ledger, lossMinutes: 99 } });
    expect(later?.gist).toBe(told(status)?.gist);
    expect(later?.description).not.toBe(told(status)?.description);
  });

  test('is a success when the pool is as desired, a failure when it is blocked or stalled', () => {
    expect(told(observed(facts(), fromGit(desiredPool())))).toMatchObject({
      state: 'success',
      description: 'as desired',
    });
    const blocked = told(observed(homeLost(), fromGit(desiredPool())));
    expect(blocked?.state).toBe('failure');
    expect(blocked?.description).toMatch(/^blocked: /);
    const since = '2026-11-24T02:00:00Z';
    const stalled = { type: 'Stalled', status: 'True', reason: 'r', message: 'PCO_X', since } as const;
    expect(told({ ...observed(homeLost(), moving), conditions: [stalled] })).toMatchObject({
      state: 'failure',
      description: 'stalled: PCO_X',
    });
  });

  test('is none for a pool that is not from Git', () => {
    expect(poolCommitStatus(observed(facts()), 'pchat')).toBeUndefined();
  });

  test('fits the forge, on one line', () => {
    const since = '2026-11-24T02:00:00Z';
    const message = `first\nsecond ${'x'.repeat(500)}`;
    const stalled = { type: 'Stalled', status: 'True', reason: 'r', message, since } as const;
    const description = told({ ...observed(homeLost(), moving), conditions: [stalled] })?.description ?? '';
    expect(description).toHaveLength(140);
    expect(description).not.toContain('\n');
  });
});

describe('the status of the newest commit', () => {
  const view = (reason: SourceReason, attempted: string | null = 'c2'): SourceView => ({
    attempted,
    applied: 'c1',
    appliedAt: null,
    ageSeconds: null,
    condition: { status: 'False', reason, message: 'why', since: '2026-11-24T02:00:00Z' },
  });

  test.each([
    ['InForce', 'success', 'in force'],
    ['CommitRefused', 'failure', 'CommitRefused: why'],
    ['Invalid', 'failure', 'Invalid: why'],
    ['PartlyInvalid', 'failure', 'PartlyInvalid: why'],
  ] as const)('says of %s that it is a %s', (reason, state, description) => {
    expect(sourceCommitStatus(view(reason), 'pchat')).toMatchObject({
      commit: 'c2',
      context: 'pchat',
      state,
      description,
    });
  });

  test.each(['Unreachable', 'NotRead'] as const)('is none while the source is %s', (reason) => {
    expect(sourceCommitStatus(view(reason), 'pchat')).toBeUndefined();
    expect(sourceCommitStatus(view('InForce', null), 'pchat')).toBeUndefined();
  });
});
