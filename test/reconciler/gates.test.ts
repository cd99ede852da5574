import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { nextBackoffMs, isStalled } from '../../src/reconciler/backoff.ts';
import { judgeConditions } from '../../src/reconciler/conditions.ts';
import { isDone, needsOf } from '../../src/reconciler/check-step.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { renderActionsMarkdown } from '../../src/reconciler/render-actions.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const gateFor = (options: DesiredPoolOptions, decisions: readonly Decision[] = []) =>
  decidePool(desiredPool({ primarySite: 'backup', ...options }), world.homeLost(), decisions, world.NOW_MS)
    .gate;
const person = { pool: 'chat', by: 'ann', reason: 'drill', expiresAt: null };
const steps = [
  'remove-log-shipping:backup',
  'copy-log-backups:backup',
  'apply-log-backups:backup',
  'recover-backup:backup',
  'set-pool-failed-over:pool',
  'mirror-backup:backup',
  'activate-servers:backup',
];
const approve = (overrides: Partial<Extract<Decision, { decision: 'approve' }>> = {}): Decision => ({
  ...person,
  decision: 'approve',
  generation: desiredPool().generation,
  steps,
  lossMinutes: 20,
  ...overrides,
});

describe('gates', () => {
  test.each([
    ['act proceeds', { policy: {} }, [], 'proceed'],
    ['observe changes nothing', { policy: { mode: 'observe' } }, [], 'hold'],
    ['propose asks', { policy: { mode: 'propose' } }, [], 'await-approval'],
    ['propose goes on with this plan approved', { policy: { mode: 'propose' } }, [approve()], 'proceed'],
    [
      'an approval covers the remainder of its plan',
      { policy: { mode: 'propose' } },
      [approve({ steps: ['pause-log-shipping:backup', ...steps] })],
      'proceed',
    ],
    [
      'an approval covers no new step',
      { policy: { mode: 'propose' } },
      [approve({ steps: steps.slice(1) })],
      'await-approval',
    ],
    [
      'an approval covers no greater loss',
      { policy: { mode: 'propose' } },
      [approve({ lossMinutes: 19 })],
      'await-approval',
    ],
    [
      'an approval of another generation is none',
      { policy: { mode: 'propose' }, counter: 2 },
      [approve()],
      'await-approval',
    ],
    [
      'an expired approval is none',
      { policy: { mode: 'propose' } },
      [approve({ expiresAt: '2026-11-23T11:59:59Z' })],
      'await-approval',
    ],
    ['a suspension holds', { policy: {} }, [{ ...person, decision: 'suspend' }], 'hold'],
    [
      'a resumed suspension does not',
      { policy: {} },
      [
        { ...person, decision: 'suspend' },
        { ...person, decision: 'resume' },
      ],
      'proceed',
    ],
  ] as const satisfies readonly (readonly [string, DesiredPoolOptions, readonly Decision[], string])[])(
    '%s',
    (_, options, decisions, kind) => {
      expect(gateFor(options, decisions).kind).toBe(kind);
    },
  );

  test('a returned writable copy is fenced even while suspended, and asked about where the policy says ask', () => {
    const before = world.failedOver();
    const facts = {
      ...before,
      instances: { ...before.instances, ...world.parisAsItWas({ content: world.content() }) },
      comparison: world.seen({ homeNewestInBackup: true, backupNewestInHome: false }, 'comparison'),
    };
    const suspended: Decision = { ...person, decision: 'suspend' };
    const decide = (options: DesiredPoolOptions) =>
      decidePool(desiredPool({ primarySite: 'backup', ...options }), facts, [suspended], world.NOW_MS);
    const { plan, gate } = decide({});
    expect([plan.kind === 'steps' && plan.steps[0] && stepKey(plan.steps[0]), gate.kind]).toEqual([
      'fence:home',
      'proceed',
    ]);
    expect(decide({ policy: { fenceReturnedCopy: 'ask' } }).gate.kind).toBe('hold');
  });
});

describe('single steps', () => {
  const pool = desiredPool({ primarySite: 'backup' });
  const { reduction } = decidePool(pool, world.homeLost(), [], world.NOW_MS);

  test('the needs of the first step hold and it is not done; later steps name what they miss', () => {
    expect(needsOf(pool, { action: 'remove-log-shipping', target: 'backup' }, reduction)).toEqual([]);
    expect(isDone(pool, { action: 'remove-log-shipping', target: 'backup' }, reduction)).toBe(false);
    const recover = needsOf(pool, { action: 'recover-backup', target: 'backup' }, reduction).map(
      (one) => one.variable,
    );
    expect(recover).toEqual(
      expect.arrayContaining(['shipping.secondary', 'share.uncopied', 'copied.unapplied']),
    );
  });

  test('a step whose done reads what is unknown is neither done nor allowed', () => {
    expect(isDone(pool, { action: 'mirror-home', target: 'home' }, reduction)).toBe('unknown');
    expect(
      needsOf(pool, { action: 'mirror-home', target: 'home' }, reduction).map((one) => one.variable),
    ).toContain('home.mirror');
  });

  test('applying may start while copying runs, file by file', () => {
    const before = decidePool(
      pool,
      {
        ...world.homeLost(),
        instances: { ...world.homeLost().instances, ...world.singlePair('lyo', world.restoringDatabase()) },
      },
      [],
      world.NOW_MS,
    );
    const apply = { action: 'apply-log-backups', target: 'backup' } as const;
    expect(needsOf(pool, apply, before.reduction).map((one) => one.variable)).toEqual(['share.uncopied']);
    expect(needsOf(pool, apply, before.reduction, { action: 'copy-log-backups', target: 'backup' })).toEqual(
      [],
    );
  });
});

describe('conditions', () => {
  test('keep their instant while the status stays, and say what is missing', () => {
    const decision = decidePool(desiredPool(), world.homeLost(), [], world.NOW_MS);
    const first = judgeConditions({
      decision,
      failures: [],
      breakGlass: undefined,
      previous: [],
      now: '2026-11-23T12:00:00Z',
    });
    const second = judgeConditions({
      decision,
      failures: [],
      breakGlass: undefined,
      previous: first,
      now: '2026-11-23T12:05:00Z',
    });
    const blocked = second.find(({ type }) => type === 'Blocked');
    expect([blocked?.status, blocked?.reason, blocked?.since]).toEqual([
      'True',
      'SightMissing',
      '2026-11-23T12:00:00Z',
    ]);
  });
});

describe('backoff', () => {
  test('doubles from a second to a minute, within a quarter of chance', () => {
    expect([1, 2, 3, 20].map((failures) => nextBackoffMs(failures, 0.5))).toEqual([
      1_000, 2_000, 4_000, 60_000,
    ]);
    expect([nextBackoffMs(1, 0), nextBackoffMs(1, 0.999)]).toEqual([750, 1_250]);
  });

  test('the same step failing thrice with the same code is stalled, other failures are not', () => {
    const failed = (step: string | null, code: 'PCO_SQL_ERROR' | 'PCO_CMDLET_FAILED') => ({
      step,
      code,
      message: '',
    });
    const [a, b] = [failed('x', 'PCO_SQL_ERROR'), failed('x', 'PCO_CMDLET_FAILED')];
    expect([
      isStalled([a, a, a]),
      isStalled([a, b, a]),
      isStalled([a, a]),
      isStalled([failed(null, 'PCO_SQL_ERROR'), a, a]),
    ]).toEqual([true, false, false, false]);
  });
});

describe('rendered actions', () => {
  test('show every row and the four routes', () => {
    const text = renderActionsMarkdown();
    expect(text).toContain('| `recover-backup` |');
    expect(text.match(/flowchart TD/g)).toHaveLength(4);
    expect(text).toContain('failback 7');
  });
});
