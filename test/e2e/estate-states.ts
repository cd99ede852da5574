/** The states that a pool can be found in, brought about one after the other on one estate before one daemon. */
import { mkdirSync, rmSync } from 'node:fs';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import type { ConditionType } from '../../src/topology/condition.ts';
import { onlyOnShare } from '../wire/kill-points.ts';
import type { Hands } from './estate-hands.ts';

const PAR_1 = 'sql-par-1.contoso.com';
const PAR_2 = 'sql-par-2.contoso.com';

export interface EstateState {
  readonly name: string;
  readonly bring: (hands: Hands) => Promise<void> | void;
  readonly when: (pool: PoolStatus) => boolean;
  /** What the page has to call it, by hand. */
  readonly word: string;
}

const holds = (type: ConditionType) => (pool: PoolStatus) =>
  pool.conditions.some((one) => one.type === type && one.status === 'True');
const unseen = (name: string) => (pool: PoolStatus) => pool.facts?.instances[name]?.kind === 'unknown';
const gated = (code: string) => (pool: PoolStatus) => pool.plan?.kind === 'steps' && pool.gate?.code === code;
const verdict = (site: 'home' | 'backup', word: string) => (pool: PoolStatus) =>
  pool.evidence?.[site].verdict === word;
const atRest = (pool: PoolStatus): boolean =>
  pool.state === 'converged' && holds('Observed')(pool) && pool.running.length === 0;

let blocked = '';

/** In an order in which each begins where the one before ended. */
export const STATES: readonly EstateState[] = [
  { name: 'converged', bring: () => undefined, when: atRest, word: 'converged' },
  {
    name: 'mirror of home down',
    bring: (hands) => hands.fault('down instance sql-par-2'),
    when: (pool) => unseen(PAR_2)(pool) && pool.plan?.kind !== 'converged',
    word: 'waits',
  },
  {
    name: 'witness of home down',
    bring: async (hands) => {
      await hands.fault('up instance sql-par-2');
      await hands.fault('down instance sql-par-w');
    },
    when: (pool) => unseen('sql-par-w.contoso.com')(pool) && !unseen(PAR_2)(pool),
    word: 'converged',
  },
  {
    name: 'share not seen',
    bring: async (hands) => {
      await hands.fault('up instance sql-par-w');
      await hands.fault('down share');
    },
    when: ({ facts }) =>
      facts?.share.kind === 'unknown' && facts.instances['sql-par-w.contoso.com']?.kind === 'value',
    word: 'not all seen',
  },
  {
    name: 'management shell not seen',
    bring: async (hands) => {
      await hands.fault('up share');
      await hands.fault('down shell');
    },
    when: ({ facts }) => facts?.poolState.kind === 'unknown' && facts.share.kind === 'value',
    word: 'blocked, not seen',
  },
  {
    name: 'home cut off from the daemon',
    bring: async (hands) => {
      await hands.fault('up shell');
      await hands.fault('cut link daemon-home');
    },
    when: (pool) => pool.facts?.poolState.kind === 'value' && verdict('home', 'partitioned')(pool),
    word: 'blocked, not seen',
  },
  {
    name: 'backup site lost',
    bring: async (hands) => {
      await hands.fault('heal link daemon-home');
      await hands.fault('down site backup');
    },
    when: (pool) => verdict('home', 'alive')(pool) && verdict('backup', 'down')(pool),
    word: 'blocked, site lost',
  },
  {
    name: 'drift, observed only',
    bring: async (hands) => {
      await hands.fault('return site backup');
      await hands.sees('everything again', atRest);
      await hands.policy({ mode: 'observe' });
      await hands.sql(PAR_1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;');
    },
    when: (pool) => pool.drift.length > 0 && gated('ObserveOnly')(pool),
    word: 'held',
  },
  {
    name: 'drift, asks',
    bring: (hands) => hands.policy({ mode: 'propose' }),
    when: gated('ApprovalNeeded'),
    word: 'asks',
  },
  {
    name: 'drift, suspended',
    bring: async (hands) => {
      await hands.policy({ mode: 'act' });
      await hands.decide({ decision: 'suspend' });
    },
    when: gated('Suspended'),
    word: 'held',
  },
  {
    name: 'stopped by the switch',
    bring: async (hands) => {
      await hands.policy({ mode: 'propose' });
      await hands.command('stop', '--as', 'ann', '--reason', 'to see it');
      await hands.decide({ decision: 'resume' });
    },
    when: gated('StopSwitch'),
    word: 'held',
  },
  {
    name: 'planned move, outside of its window',
    bring: async (hands) => {
      await hands.policy({
        mode: 'act',
        changeWindows: "[{ cron: '0 0 29 2 *', duration: 1m, timeZone: Europe/Paris }]",
      });
      await hands.wanted('lyon');
      await hands.command('go');
    },
    when: gated('OutsideWindow'),
    word: 'held',
  },
  {
    name: 'planned move, asks',
    bring: (hands) => hands.policy({ mode: 'propose', changeWindows: null }),
    when: gated('ApprovalNeeded'),
    word: 'asks',
  },
  {
    name: 'planned move, a second person is asked',
    bring: async (hands) => {
      await hands.policy({ approvals: '2' });
      await hands.sees('the question', gated('ApprovalNeeded'));
      await hands.decide({ decision: 'approve' });
    },
    when: gated('SecondPersonNeeded'),
    word: 'asks',
  },
  {
    name: 'home lost, and wanted there',
    bring: async (hands) => {
      await hands.policy({ approvals: null });
      await hands.wanted('paris');
      await hands.stage.until(
        'log backups that only the share has',
        () => onlyOnShare(hands.stage.estate).length > 1,
      );
      blocked = hands.blockedCopy;
      mkdirSync(blocked, { recursive: true });
      await hands.fault('down site home');
    },
    when: (pool) => verdict('home', 'down')(pool) && pool.primarySite === 'home',
    word: 'blocked, site lost',
  },
  {
    name: 'failover blocked, for nobody has proven it',
    bring: async (hands) => {
      await hands.policy({ evidence: 'proven' });
      await hands.wanted('lyon');
    },
    when: ({ plan, primarySite }) => plan?.kind === 'blocked' && primarySite === 'backup',
    word: 'blocked, site lost',
  },
  {
    name: 'failover, cancelled',
    bring: async (hands) => {
      await hands.policy({ evidence: 'silent' });
      await hands.sees('the question', gated('ApprovalNeeded'));
      await hands.decide({ decision: 'cancel' });
    },
    when: gated('Cancelled'),
    word: 'held',
  },
  {
    name: 'failover, the loss is asked about',
    bring: (hands) => hands.policy({ mode: 'act', maxDataLoss: '0s' }),
    when: gated('LossAboveBound'),
    word: 'asks',
  },
  {
    name: 'steps run',
    bring: (hands) => hands.policy({ maxDataLoss: '4h' }),
    // One file cannot be copied: applying waits for it, and all of this stands still.
    when: ({ running }) => running.some(({ progress }) => progress !== null),
    word: 'step runs',
  },
  {
    name: 'a step has failed',
    bring: () => undefined,
    when: ({ lastError, running }) => lastError !== null && running.length === 0,
    word: 'step failed',
  },
  {
    name: 'failed over',
    bring: async (hands) => {
      rmSync(blocked, { recursive: true });
      // A new generation does not wait for what an older one has to wait after its failures.
      await hands.policy({ maxDataLoss: '5h' });
    },
    when: (pool) => pool.state === 'converged' && pool.primarySite === 'backup',
    word: 'site lost',
  },
  {
    name: 'home is back, and the fence is asked about',
    bring: async (hands) => {
      await hands.policy({ mode: 'propose' });
      await hands.fault('return site home');
    },
    when: gated('ApprovalNeeded'),
    word: 'asks',
  },
  {
    name: 'failed over, home fenced',
    bring: (hands) => hands.policy({ mode: 'act' }),
    when: (pool) => atRest(pool) && pool.primarySite === 'backup' && verdict('home', 'alive')(pool),
    word: 'converged',
  },
  {
    name: 'home again',
    bring: async (hands) => {
      await hands.wanted('paris');
      const home = (pool: PoolStatus): boolean => atRest(pool) && pool.primarySite === 'home';
      // Where home holds messages that lyon lacks, nobody but a person gives them up.
      const asks = ({ conditions }: PoolStatus): boolean =>
        conditions.some(({ reason, status }) => reason === 'DecisionNeeded' && status === 'True');
      await hands.sees('the way home', (pool) => asks(pool) || home(pool));
      const pool = await hands.stage.status();
      if (pool !== undefined && asks(pool)) await hands.decide({ decision: 'keep', site: 'backup' });
    },
    when: (pool) => atRest(pool) && pool.primarySite === 'home',
    word: 'converged',
  },
];
