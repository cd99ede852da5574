/** One situation for every code of the gates: closed in it, and open beside it. */
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { createPlanner } from '../../src/reconciler/find-plan.ts';
import { ALONE, type GateInput } from '../../src/reconciler/gates/gate-input.ts';
import { GATE_TABLE, type GateCode } from '../../src/reconciler/gates/gate-table.ts';
import { judgeGates } from '../../src/reconciler/gates/judge-gates.ts';
import { shapeOf } from '../../src/reconciler/ground-rows.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import { stepKey, type ActionId } from '../../src/reconciler/step-id.ts';
import type { DesiredPool, Policy } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { NOW_MS } from '../support/facts.ts';

const planner = createPlanner(shapeOf(desiredPool().topology, desiredPool().policy));

function plannedMove(): readonly PlannedStep[] {
  const found = planner.find('backup', CONVERGED_HOME);
  if (found.kind !== 'steps') throw new Error(found.kind);
  return found.steps
    .filter((step) => !step.waits)
    .map(({ action, target, seedStep, risk, what }) => ({
      action: action as ActionId,
      target,
      seedStep,
      risk,
      reason: what,
    }));
}

const STEPS = plannedMove();
const FENCE: PlannedStep = { action: 'fence', target: 'home', seedStep: null, risk: 'fences', reason: '' };

/** A planned move with users served and nothing in the way. */
const input = (policy: Partial<Policy> = {}, more: Partial<GateInput> = {}): GateInput => ({
  pool: desiredPool({ primarySite: 'backup', policy }),
  plan: { kind: 'steps', steps: STEPS, statesExpanded: 0 },
  vector: CONVERGED_HOME,
  ledger: { lines: [], lossMinutes: 0, lostFiles: 0 },
  decisions: [],
  surroundings: ALONE,
  nowMs: NOW_MS,
  ...more,
});

const person = { pool: 'chat', by: 'ann', reason: 'drill', expiresAt: null };
const approve: Decision = {
  ...person,
  decision: 'approve',
  generation: desiredPool().generation,
  steps: STEPS.map((step) => stepKey(step)),
  lossMinutes: 0,
};
const fleet = (more: Partial<typeof ALONE.fleet>): Partial<GateInput> => ({
  surroundings: { ...ALONE, fleet: { ...ALONE.fleet, ...more } },
});
const glass = (state: NonNullable<DesiredPool['breakGlass']>['state']): Partial<GateInput> => ({
  pool: {
    ...desiredPool({ primarySite: 'backup' }),
    breakGlass: { state, by: 'ann', reason: 'git burns', file: 'f.yaml', expiresAt: '2026-11-23T11:00:00Z' },
  },
});
const fencing: Partial<GateInput> = { plan: { kind: 'steps', steps: [...STEPS, FENCE], statesExpanded: 0 } };
const waiting = (home: number | null, decisions: readonly Decision[] = []): Partial<GateInput> => ({
  ledger: { lines: [], lossMinutes: 0, lostFiles: 0, backlog: { home } },
  decisions,
});
const HOUR_MS = 3_600_000;
const moved = (agoMs: number): Partial<GateInput> => ({
  surroundings: { ...ALONE, history: { ...ALONE.history, movedAtMs: NOW_MS - agoMs } },
});
const windowAt = (cron: string): Partial<Policy> => ({
  changeWindows: [{ cron, timeZone: 'UTC', durationMs: 24 * HOUR_MS }],
});
const cancel: Decision = { ...person, decision: 'cancel', generation: desiredPool().generation };

/** Closed, and the same with what opens it. */
const SITUATIONS: Readonly<Record<GateCode, readonly [GateInput, GateInput]>> = {
  NothingToDo: [input({}, { plan: { kind: 'converged' } }), input()],
  ObserveOnly: [input({ mode: 'observe' }), input({ mode: 'act' })],
  StopSwitch: [input({}, { surroundings: { ...ALONE, stopped: 'ann: fire' } }), input()],
  LeaseLost: [input({}, { surroundings: { ...ALONE, leaseHeld: false } }), input()],
  Suspended: [
    input({}, { decisions: [{ ...person, decision: 'suspend' }] }),
    input({}, { decisions: [{ ...person, decision: 'suspend', pool: 'other' }] }),
  ],
  Cancelled: [
    input({}, { decisions: [cancel] }),
    input({}, { decisions: [cancel, { ...person, decision: 'resume' }] }),
  ],
  BreakGlassExpired: [input({}, glass('expired')), input({}, glass('in-force'))],
  SourceReturned: [
    input({}, glass('source-returned')),
    input({}, { ...glass('source-returned'), decisions: [approve] }),
  ],
  ApprovalNeeded: [input({ mode: 'propose' }), input({ mode: 'propose' }, { decisions: [approve] })],
  SecondPersonNeeded: [
    input({ mode: 'propose', approvals: 2 }, { decisions: [approve, { ...approve, by: 'ANN' }] }),
    input({ mode: 'propose', approvals: 2 }, { decisions: [approve, { ...approve, by: 'bob' }] }),
  ],
  FenceNeedsAnswer: [
    input({ fenceReturnedCopy: 'ask' }, fencing),
    input({ fenceReturnedCopy: 'act' }, fencing),
  ],
  LossAboveBound: [
    input({ maxDataLossMinutes: 5 }, { ledger: { lines: [], lossMinutes: 6, lostFiles: 0 } }),
    input({ maxDataLossMinutes: 5 }, { ledger: { lines: [], lossMinutes: 5, lostFiles: 0 } }),
  ],
  ComplianceBacklog: [input({}, waiting(3)), input({}, waiting(0))],
  StoppedAfterFailures: [
    input({}, fleet({ stopAfter: 1, stalled: ['other'] })),
    input({}, fleet({ stopAfter: 2, stalled: ['other'] })),
  ],
  OutsideWindow: [input(windowAt('0 0 29 2 *')), input(windowAt('0 12 23 11 *'))],
  CoolingDown: [
    input({ cooldownMs: HOUR_MS }, moved(HOUR_MS - 1)),
    input({ cooldownMs: HOUR_MS }, moved(HOUR_MS)),
  ],
  TooManyTransitions: [
    input({}, fleet({ limit: 1, moving: ['other'] })),
    input({}, fleet({ limit: 2, moving: ['other'] })),
  ],
};

describe.each(GATE_TABLE.map(({ code, verdict }) => [code, verdict] as const))('%s', (code, verdict) => {
  const [shut, opened] = SITUATIONS[code];

  test('closes, and says what opens it', () => {
    const gate = judgeGates(shut);
    expect(gate).toMatchObject({ kind: verdict, code });
    expect(gate.kind === 'proceed' ? '' : gate.nextAction).not.toBe('');
  });

  test('is open beside that, and nothing else is closed', () => {
    expect(judgeGates(opened)).toMatchObject({ kind: 'proceed' });
  });
});

describe('a compliance backlog', () => {
  const accept: Decision = {
    ...person,
    decision: 'accept-loss',
    generation: desiredPool().generation,
    lossMinutes: 0,
  };

  test('that nobody can count holds a planned move as one that waits', () => {
    expect(judgeGates(input({}, waiting(null)))).toMatchObject({ code: 'ComplianceBacklog' });
  });

  test('is opened by a person who accepts a loss of this generation', () => {
    expect(judgeGates(input({}, waiting(3, [accept]))).kind).toBe('proceed');
  });

  test('is not asked about where the plan leaves the pool at its site, or users have no service', () => {
    const resume = STEPS.filter(({ action }) => action === 'pause-log-shipping');
    const repair = input({}, { ...waiting(3), plan: { kind: 'steps', steps: resume, statesExpanded: 0 } });
    expect(judgeGates(repair).kind).toBe('proceed');
    const dark = input({}, { ...waiting(3), vector: { ...CONVERGED_HOME, 'home.reach': 'unknown' } });
    expect(judgeGates(dark).kind).toBe('proceed');
  });
});
