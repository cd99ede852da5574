import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderWhy } from '../../src/cli/render-why.ts';
import type { Decision } from '../../src/ports/journal.ts';
import type { Failure } from '../../src/reconciler/backoff.ts';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import { ALONE, type Surroundings } from '../../src/reconciler/gates/gate-input.ts';
import { judgeGates } from '../../src/reconciler/gates/judge-gates.ts';
import { planPool } from '../../src/reconciler/plan-pool.ts';
import { CONVERGED_HOME, HOME_LOST, HOME_REBUILT } from '../../src/reconciler/route-starts.ts';
import { ALL_VARIABLES, VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { NEED_CODES } from '../../src/reconciler/why/need-guards.ts';
import { whyPool } from '../../src/reconciler/why/why-pool.ts';
import type { Why } from '../../src/reconciler/why/why.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const person = { pool: 'chat', by: 'ann', reason: 'patch night', expiresAt: null };

interface Situation {
  readonly options?: DesiredPoolOptions;
  readonly facts?: PoolFacts;
  readonly decisions?: readonly Decision[];
  readonly surroundings?: Surroundings;
}

function why({ options, facts = world.homeLost(), decisions = [], surroundings = ALONE }: Situation): Why {
  const pool = desiredPool({ primarySite: 'backup', ...options });
  const decision = decidePool(pool, facts, decisions, world.NOW_MS, surroundings);
  return whyPool({ pool, facts, decision, failures: [], nowMs: world.NOW_MS + 2_000 });
}

function returnedHome(): PoolFacts {
  const before = world.failedOver();
  return {
    ...before,
    instances: { ...before.instances, ...world.parisAsItWas({ content: world.content() }) },
    comparison: world.seen({ homeNewestInBackup: true, backupNewestInHome: false }, 'comparison'),
  };
}

const withLineage = (facts: PoolFacts, familyGuid: string): PoolFacts => ({
  ...facts,
  instances: {
    ...facts.instances,
    ...world.singlePair('lyo', world.restoringDatabase({ familyGuid }), world.secondaryShipping()),
  },
});

const withLyon = (instances: PoolFacts['instances']): PoolFacts => {
  const lost = world.homeLost();
  return { ...lost, instances: { ...lost.instances, ...instances } };
};

const SITUATIONS: readonly (readonly [string, string, Situation])[] = [
  [
    'unfenced',
    'FenceNeedsAnswer',
    { options: { policy: { fenceReturnedCopy: 'ask' } }, facts: returnedHome() },
  ],
  ['evidence-too-weak', 'EvidenceTooWeak', { options: { policy: { evidence: 'proven' } } }],
  ['loss-above-bound', 'LossAboveBound', { options: { policy: { maxDataLossMinutes: 5 } } }],
  [
    'outside-window',
    'OutsideWindow',
    {
      options: {
        policy: {
          changeWindows: [{ cron: '0 22 * * 6', durationMs: 14_400_000, timeZone: 'Europe/Paris' }],
        },
      },
      facts: world.facts(),
    },
  ],
  ['suspended', 'Suspended', { decisions: [{ ...person, decision: 'suspend' }] }],
  [
    'cooldown',
    'CoolingDown',
    {
      options: { policy: { cooldownMs: 3_600_000 } },
      facts: world.facts(),
      surroundings: {
        ...ALONE,
        history: { ...ALONE.history, movedAtMs: Date.parse(world.minutesAgo(20)) },
      },
    },
  ],
  [
    'unknown-instance',
    'SightMissing',
    { facts: withLyon({ 'sql-lyo-1.contoso.com': world.notSeen('sql-lyo-1.contoso.com') }) },
  ],
  ['wrong-lineage', 'DecisionNeeded', { facts: withLineage(world.facts(), world.OTHER_FAMILY) }],
  [
    'chain-gap',
    'LossAboveBound',
    {
      options: { policy: { maxDataLossMinutes: 0 } },
      facts: world.homeLost({
        share: world.folder('\\\\fs01\\mgc-logs', [world.logFile(2, 30)]),
        copyFolder: world.folder('D:\\LSCopy', []),
      }),
    },
  ],
  ['not-approved', 'ApprovalNeeded', { options: { policy: { mode: 'propose' } } }],
];

describe('a pool that does not move', () => {
  test.each(SITUATIONS)('tells why: %s', async (name, code, situation) => {
    const answer = why(situation);
    await expect(`${renderWhy(answer)}\n`).toMatchFileSnapshot(`./why/${name}.txt`);
    expect(answer).toMatchObject({ free: false, code });
    expect(answer.guards.filter(({ open }) => !open).map((guard) => guard.code)).toContain(code);
  });

  test('tells that a step keeps failing, and what lets it try again', () => {
    const pool = desiredPool({ primarySite: 'backup' });
    const facts = world.homeLost();
    const decision = decidePool(pool, facts, [], world.NOW_MS);
    const failure: Failure = {
      step: 'remove-log-shipping:backup',
      code: 'PCO_SQL_ERROR',
      message: 'error 229',
    };
    const answer = whyPool({
      pool,
      facts,
      decision,
      failures: [failure, failure, failure],
      nowMs: world.NOW_MS,
    });
    expect(answer).toMatchObject({ free: false, code: 'StepKeepsFailing' });
    expect(answer.reason).toContain('error 229');
    expect(answer.nextAction).toContain('pchat resume chat');
  });

  test('tells what is stopped elsewhere: the stop switch, stalled pools, pools that are moved', () => {
    const fleet = { limit: 1, moving: ['other'], holdsSlot: false, stopAfter: 2, stalled: [] };
    expect(why({ surroundings: { ...ALONE, stopped: 'ann: fire' } }).code).toBe('StopSwitch');
    expect(why({ surroundings: { ...ALONE, fleet } }).code).toBe('TooManyTransitions');
    const stalled = { ...fleet, limit: 9, stalled: ['one', 'two'] };
    expect(why({ surroundings: { ...ALONE, fleet: stalled } }).reason).toContain('one and two are stalled');
  });
});

test('a pool that moves and a pool that is as desired have nothing in the way', () => {
  expect(why({})).toMatchObject({ free: true, code: 'Proceeds', nextAction: null });
  expect(why({ options: { primarySite: 'home' }, facts: world.facts() })).toMatchObject({
    free: true,
    code: 'AsDesired',
    nextAction: null,
  });
});

/** A decision about a vector that no facts stand behind: the planner and the gates see nothing else. */
function decisionOn(vector: Vector, options: DesiredPoolOptions): { answer: Why; decision: PoolDecision } {
  const pool = desiredPool(options);
  const facts = world.facts();
  const base = decidePool(pool, facts, [], world.NOW_MS);
  const because = Object.fromEntries(
    ALL_VARIABLES.map((name) => [name, { value: vector[name], because: `${name} was seen`, source: 'test' }]),
  ) as typeof base.reduction.because;
  const reduction = { ...base.reduction, vector, because };
  const plan = planPool(pool, reduction);
  const ledger = { lines: [], lossMinutes: null, lostFiles: 0 };
  const surroundings = ALONE;
  const gate = judgeGates({ pool, plan, vector, ledger, decisions: [], surroundings, nowMs: world.NOW_MS });
  const decision = { ...base, reduction, plan, gate };
  return { decision, answer: whyPool({ pool, facts, decision, failures: [], nowMs: world.NOW_MS }) };
}

test('mssql-server-ha#10, #5: nothing is ever blocked without a code, a sentence and something that a person can do', () => {
  const starts = fc.constantFrom(CONVERGED_HOME, HOME_LOST, HOME_REBUILT);
  const changes = fc.array(
    fc
      .constantFrom(...ALL_VARIABLES)
      .chain((name) =>
        fc.constantFrom(...VARIABLES[name].values, 'unknown').map((value) => [name, value] as const),
      ),
    { maxLength: 4 },
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      starts,
      changes,
      fc.constantFrom('home', 'backup'),
      fc.constantFrom('observe', 'propose', 'act'),
      (start, changed, primarySite, mode) => {
        const vector = { ...start, ...Object.fromEntries(changed) };
        const { answer, decision } = decisionOn(vector, { primarySite, policy: { mode } });
        kinds.add(decision.plan.kind);
        expect(answer.code).toMatch(/^[A-Z][A-Za-z]+$/);
        expect(answer.reason).toMatch(/\S{2,}.*[.:]?/);
        if (answer.free) return;
        expect(answer.nextAction).toMatch(/\w{3,}/);
        for (const guard of answer.guards.filter(({ open }) => !open)) {
          expect(guard.code).toMatch(/^[A-Z][A-Za-z]+$/);
          expect(guard.says).toMatch(/\.$|\. \S/);
          expect(guard.nextAction).toMatch(/\w{3,}/);
          expect(guard.kind === 'gate' || Object.keys(NEED_CODES).includes(guard.code ?? '')).toBe(true);
        }
      },
    ),
    { numRuns: 200 },
  );
  expect([...kinds]).toEqual(expect.arrayContaining(['steps', 'blocked', 'converged']));
});
