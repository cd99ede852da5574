import { describe, expect, test } from 'vitest';
import { saidOf, toDecision } from '../../src/daemon/decisions.ts';
import type { Decision } from '../../src/ports/journal.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { spentApprovers } from '../../src/reconciler/gates/approvals.ts';
import { ALONE, type Surroundings } from '../../src/reconciler/gates/gate-input.ts';
import { judgeGates } from '../../src/reconciler/gates/judge-gates.ts';
import type { DesiredPoolOptions } from '../support/desired-pool.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

type Approval = Extract<Decision, { decision: 'approve' }>;

const STEPS = [
  'remove-log-shipping:backup',
  'copy-log-backups:backup',
  'apply-log-backups:backup',
  'recover-backup:backup',
  'set-pool-failed-over:pool',
  'mirror-backup:backup',
  'activate-servers:backup',
];
const approve = (overrides: Partial<Approval> = {}): Approval => ({
  pool: 'chat',
  by: 'ann',
  reason: 'drill',
  expiresAt: null,
  decision: 'approve',
  generation: desiredPool().generation,
  steps: STEPS,
  lossMinutes: 20,
  lostFiles: 0,
  ...overrides,
});
const PROPOSE: DesiredPoolOptions = { primarySite: 'backup', policy: { mode: 'propose' } };
const TWO: DesiredPoolOptions = { primarySite: 'backup', policy: { mode: 'propose', approvals: 2 } };

function decide(
  options: DesiredPoolOptions,
  decisions: readonly Decision[],
  facts = world.homeLost(),
  surroundings: Surroundings = ALONE,
) {
  const { gate } = decidePool(desiredPool(options), facts, decisions, world.NOW_MS, surroundings);
  return gate.kind === 'proceed' ? { code: 'Proceed', reason: '' } : gate;
}

describe('an approval', () => {
  test('carries every remainder of its seven steps', () => {
    for (let done = 0; done < STEPS.length; done += 1)
      expect(decide(PROPOSE, [approve({ steps: [...STEPS.slice(0, done), ...STEPS] })]).code).toBe('Proceed');
  });

  test.each([
    ['a step was inserted', approve({ steps: STEPS.slice(1) }), 'remove-log-shipping:backup'],
    ['the order is another one', approve({ steps: [...STEPS].reverse() }), 'order of the steps'],
    ['the loss grew', approve({ lossMinutes: 19 }), 'the loss is 20.0 minutes, approved were 19.0'],
    ['it was of another generation', approve({ generation: { counter: 7, hash: 'x' } }), 'of generation 7'],
    ['it has ended', approve({ expiresAt: world.minutesAgo(1) }), 'it ended at'],
  ])('is void when %s, and the gate says so', (_, decision, why) => {
    const { code, reason } = decide(PROPOSE, [decision]);
    expect(code).toBe('ApprovalNeeded');
    expect(reason).toContain(`The approval of ann is void: `);
    expect(reason).toContain(why);
  });

  test('is void once a log backup is lost that was not lost when it was given', () => {
    const options: DesiredPoolOptions = { ...PROPOSE, shareSite: 'home' };
    const facts = {
      ...world.homeLost(),
      share: world.notSeen<never>('\\\\fs01\\mgc-logs', 600_000, 'PCO_SHARE_UNREADABLE'),
      lastSeen: { share: null, clocks: {} },
    };
    const steps = STEPS.filter((step) => !step.startsWith('copy'));
    const given = approve({ steps, lossMinutes: 600 });
    expect(decide(options, [given], facts)).toMatchObject({
      code: 'ApprovalNeeded',
      reason: expect.stringContaining('the plan loses 3 log backups, approved were 0') as string,
    });
    expect(decide(options, [{ ...given, lostFiles: 3 }], facts).code).toBe('Proceed');
  });

  test('that ended while the transition was under way still carries it, one that ended before does not', () => {
    const begun = (minutes: number): Surroundings => ({
      ...ALONE,
      history: { ...ALONE.history, begunAtMs: Date.parse(world.minutesAgo(minutes)) },
    });
    const given = approve({ expiresAt: world.minutesAgo(5) });
    expect(decide(PROPOSE, [given], world.homeLost(), begun(10)).code).toBe('Proceed');
    expect(decide(PROPOSE, [given], world.homeLost(), begun(1)).code).toBe('ApprovalNeeded');
  });
});

describe('the two-person rule', () => {
  test('asks for a second person after the first approval', () => {
    expect(decide(TWO, []).code).toBe('ApprovalNeeded');
    expect(decide(TWO, [approve()]).code).toBe('SecondPersonNeeded');
    expect(decide(TWO, [approve(), approve({ by: 'bob' })]).code).toBe('Proceed');
  });

  test.each(['ann', 'Ann', '  ANN ', 'ａｎｎ'])('takes %j for the same person', (by) => {
    expect(decide(TWO, [approve(), approve({ by })]).code).toBe('SecondPersonNeeded');
  });

  test('counts no approval that is void', () => {
    expect(decide(TWO, [approve({ lossMinutes: 1 }), approve({ by: 'bob' })]).code).toBe(
      'SecondPersonNeeded',
    );
  });

  test('wants the loss accepted by two people, up to what both accept', () => {
    const options: DesiredPoolOptions = {
      primarySite: 'backup',
      policy: { approvals: 2, maxDataLossMinutes: 5 },
    };
    const accept = (by: string, lossMinutes: number): Decision => ({
      pool: 'chat',
      by,
      reason: 'ok',
      expiresAt: null,
      decision: 'accept-loss',
      generation: desiredPool().generation,
      lossMinutes,
    });
    expect(decide(options, [accept('ann', 60), accept('ANN', 60)]).code).toBe('LossAboveBound');
    expect(decide(options, [accept('ann', 60), accept('bob', 10)]).code).toBe('LossAboveBound');
    expect(decide(options, [accept('ann', 60), accept('bob', 30)]).code).toBe('Proceed');
  });

  test('refuses the second word of the same person when it is given', () => {
    const pool = desiredPool(TWO);
    const { plan, ledger, reduction } = decidePool(pool, world.homeLost(), [], world.NOW_MS);
    const input = { pool, plan, ledger, vector: reduction.vector, surroundings: ALONE, nowMs: world.NOW_MS };
    const ask = (by: string) => {
      const approvers = spentApprovers({ ...input, decisions: [approve()] });
      const present = { generation: pool.generation, plan, ledger, approvers };
      return toDecision({ pool: 'chat', by, reason: 'x', expiresAt: null, decision: 'approve' }, present);
    };
    expect(() => ask('Ann ')).toThrow(expect.objectContaining({ code: 'PCO_SAME_PERSON' }) as Error);
    expect(ask('bob')).toMatchObject({ decision: 'approve', steps: STEPS, lossMinutes: 20, lostFiles: 0 });
  });
});

describe('a loss that nobody can bound', () => {
  const asked = (decisions: readonly Decision[], options: DesiredPoolOptions = { primarySite: 'backup' }) => {
    const pool = desiredPool(options);
    const { plan, ledger, reduction } = decidePool(pool, world.homeLost(), [], world.NOW_MS);
    const { vector } = reduction;
    return {
      pool,
      plan,
      ledger: { ...ledger, lossMinutes: null },
      vector,
      decisions,
      surroundings: ALONE,
      nowMs: world.NOW_MS,
    };
  };
  const acceptance = (lossMinutes: number | null): Decision => ({
    pool: 'chat',
    by: 'ann',
    reason: 'nothing else is left',
    expiresAt: null,
    decision: 'accept-loss',
    generation: desiredPool().generation,
    lossMinutes,
  });

  test('is not accepted by any number of minutes, and by name whatever it is', () => {
    expect(judgeGates(asked([acceptance(100_000)]))).toMatchObject({
      code: 'LossAboveBound',
      nextAction: expect.stringContaining('pchat accept-loss chat --unbounded') as string,
    });
    expect(judgeGates(asked([acceptance(null)])).kind).toBe('proceed');
  });

  test('can be approved only after it was accepted, and such an approval covers it', () => {
    const propose: DesiredPoolOptions = { primarySite: 'backup', policy: { mode: 'propose' } };
    const approveIn = (decisions: readonly Decision[]): Decision => {
      const input = asked(decisions, propose);
      const present = {
        generation: input.pool.generation,
        plan: input.plan,
        ledger: input.ledger,
        ...saidOf(input),
      };
      return toDecision(
        { pool: 'chat', by: 'ann', reason: 'x', expiresAt: null, decision: 'approve' },
        present,
      );
    };
    expect(() => approveIn([])).toThrow(/unknown, so it cannot be approved/);
    const approval = approveIn([acceptance(null)]);
    expect(approval).toMatchObject({ lossMinutes: null });
    expect(judgeGates(asked([acceptance(null), approval], propose)).kind).toBe('proceed');
  });
});
