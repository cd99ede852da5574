/** Until when a silent home may have written: an instant that the clock alone does not move. */
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const PAR1 = 'sql-par-1.contoso.com';
const PAR2 = 'sql-par-2.contoso.com';
const SHARE = '\\\\fs01\\mgc-logs';

/** Minutes before now by home's clock; the log backups are made every fifteen. */
interface Silence {
  readonly answered?: number;
  readonly missed?: number;
  /** Begin of the newest log backup; of the one that is restored, where the share is silent. */
  readonly newest: number;
  readonly shareSilent?: boolean;
  /** By the daemon that runs, which began ten minutes ago. */
  readonly mirrorNeverSeen?: boolean;
}

function silent(
  { answered, missed, newest, shareSilent = false, mirrorNeverSeen = false }: Silence,
  laterMs = 0,
): PoolFacts {
  const files = [newest + 45, newest + 30, newest + 15, newest].map((ago, index) =>
    world.logFile(index + 1, ago),
  );
  const lost = world.homeLost({
    observedAt: new Date(world.NOW_MS + laterMs).toISOString(),
    share: world.folder(SHARE, files),
    copyFolder: world.folder('D:\\LSCopy', files.slice(0, 2)),
  });
  const forMs = (answered ?? 10) * 60_000 + laterMs;
  const mirror = answered === undefined || mirrorNeverSeen ? {} : { [PAR2]: world.minutesAgo(answered + 1) };
  const clocks = answered === undefined ? {} : { [PAR1]: world.minutesAgo(answered), ...mirror };
  const { lastRestore } = world.restoringDatabase();
  if (lastRestore === null || lastRestore === 'unknown') throw new Error('nothing is restored');
  const backupStartedAt = world.minutesAgo(newest + (shareSilent ? 0 : 30));
  const copy = world.restoringDatabase({ lastRestore: { ...lastRestore, backupStartedAt } });
  const share = shareSilent ? world.notSeen<never>(SHARE, forMs, 'PCO_SHARE_UNREADABLE') : lost.share;
  return {
    ...lost,
    share,
    instances: {
      ...lost.instances,
      ...world.silentParis(forMs),
      ...(mirrorNeverSeen ? { [PAR2]: world.notSeen<never>(PAR2, 10 * 60_000 + laterMs) } : {}),
      ...world.singlePair('lyo', copy, world.secondaryShipping()),
    },
    lastSeen: {
      share: null,
      clocks,
      ...(missed === undefined ? {} : { unansweredSince: { [PAR1]: world.minutesAgo(missed) } }),
    },
  };
}

const decide = (
  facts: PoolFacts,
  options: DesiredPoolOptions = {},
  decisions: readonly Decision[] = [],
): PoolDecision =>
  decidePool(
    desiredPool({ primarySite: 'backup', ...options }),
    facts,
    decisions,
    Date.parse(facts.observedAt),
  );

const PROPOSE: DesiredPoolOptions = { policy: { mode: 'propose' } };

function approvalOf({ plan, ledger }: PoolDecision): Decision {
  if (plan.kind !== 'steps') throw new Error(plan.kind);
  return {
    decision: 'approve',
    pool: 'chat',
    by: 'ann',
    reason: 'home is down',
    expiresAt: null,
    generation: desiredPool({ primarySite: 'backup', ...PROPOSE }).generation,
    steps: plan.steps.map(stepKey),
    lossMinutes: ledger.lossMinutes,
    lostFiles: ledger.lostFiles,
  };
}

const atRisk = ({ ledger }: PoolDecision): (number | null)[] => {
  const line = ledger.lines.find(({ kind }) => kind === 'at-risk');
  const ago = (at: string | null | undefined): number | null =>
    at == null ? null : (world.NOW_MS - Date.parse(at)) / 60_000;
  return [ago(line?.from), ago(line?.to)];
};

const LIVED_ON: Silence = { answered: 41, missed: 40.5, newest: 38 };

describe('what is at risk reaches from the newest log backup', () => {
  test.each<[string, Silence, number]>([
    ['to the look that home missed', { answered: 31, missed: 30.5, newest: 33 }, 30.5],
    ['to its last answer, where no later look is remembered', { answered: 31, newest: 33 }, 31],
    [
      'to the log backup that was due before home missed a look',
      { answered: 31, missed: 29, newest: 45 },
      30,
    ],
    ['never to less than its last answer', { answered: 31, missed: 30.5, newest: 50 }, 31],
    [
      'to the look that it missed, where the share went with it and may have held later ones',
      { answered: 31, missed: 29, newest: 45, shareSilent: true },
      29,
    ],
    ['to the look that it missed, where home was never seen', { newest: 26 }, 10],
    [
      'to the begin of this daemon, where it never saw one of the two that may have served',
      { answered: 31, missed: 30.5, newest: 33, mirrorNeverSeen: true },
      10,
    ],
    [
      'to the look that it missed, where it was begun between the two',
      { answered: 31, missed: 30.5, newest: 30.8 },
      30.5,
    ],
    [
      'to itself, where it was begun in the look that was missed',
      { answered: 31, missed: 30.5, newest: 30.4 },
      30.4,
    ],
    ['to when the next one was due, where it was begun later: home lived on', LIVED_ON, 23],
    ['to when the next one is due, however soon', { answered: 8, missed: 7.5, newest: 6 }, -9],
  ])('%s', (_, silence, until) => {
    const [from, to] = atRisk(decide(silent(silence), { shareSite: 'home' }));
    expect(from).toBeCloseTo(silence.newest, 5);
    expect(to).toBeCloseTo(until, 5);
  });
});

describe('a loss that only the clock could raise', () => {
  test.each<[string, Silence]>([
    ['home lived on unseen', LIVED_ON],
    [
      'its last log backup was begun within the tolerance of the clocks after the look that it missed',
      { answered: 3, missed: 2.8, newest: 2 },
    ],
    ['it missed a look', { answered: 31, missed: 30.5, newest: 33 }],
    ['it was never seen by this daemon', { newest: 26 }],
  ])('stands still: %s', (_, silence) => {
    const losses = [0, 10_000, 600_000].map((later) => decide(silent(silence, later)).ledger.lossMinutes);
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses).toEqual([losses[0], losses[0], losses[0]]);
  });

  test('does not void the approval that was given with it', () => {
    const seen = decide(silent(LIVED_ON), PROPOSE);
    expect(seen.gate).toMatchObject({ kind: 'await-approval', code: 'ApprovalNeeded' });
    expect(decide(silent(LIVED_ON, 120_000), PROPOSE, [approvalOf(seen)]).gate.kind).toBe('proceed');
  });

  test.each([
    [2_000, 'proceed'],
    [9_000, 'await-approval'],
  ])('where only the clock of the backup site tells, one that went %i ms ahead: %s', (aheadMs, kind) => {
    const facts = silent({ newest: 26 });
    const copy = facts.instances['sql-lyo-1.contoso.com'];
    if (copy?.kind !== 'value') throw new Error('the backup copy is not seen');
    const ahead = { ...copy, value: { ...copy.value, clockOffsetMs: aheadMs } };
    const later = { ...facts, instances: { ...facts.instances, 'sql-lyo-1.contoso.com': ahead } };
    expect(decide(later, PROPOSE, [approvalOf(decide(facts, PROPOSE))]).gate.kind).toBe(kind);
  });

  test.each([
    [14, 'LossAboveBound'],
    [15, undefined],
  ])(
    'is judged by policy: of a home that lived on, with maxDataLoss %i minutes the gate says %s',
    (maxDataLossMinutes, code) => {
      const { ledger, gate } = decide(silent(LIVED_ON), { policy: { maxDataLossMinutes } });
      expect(ledger.lossMinutes).toBe(15);
      expect(gate.kind === 'proceed' ? undefined : gate.code).toBe(code);
    },
  );

  test('of no minute at all is asked about where no loss is accepted', () => {
    const inTheSameLook: Silence = { answered: 31, newest: 30.9 };
    const { ledger, gate } = decide(silent(inTheSameLook), { policy: { maxDataLossMinutes: 0 } });
    expect(ledger.lossMinutes).toBe(0);
    expect(gate.kind === 'proceed' ? undefined : gate.code).toBe('LossAboveBound');
  });
});
