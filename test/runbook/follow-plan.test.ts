/** Ticks by what is observed: done, passed, next; and warnings when a person does something else. */
import { expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { followPlan, type Followed } from '../../src/runbook/follow-plan.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import {
  failedOver,
  folder,
  homeLost,
  homeRebuilt,
  logFile,
  NOW_MS,
  restoringDatabase,
  silentParis,
  singlePair,
} from '../support/facts.ts';

const pool = desiredPool({ primarySite: 'backup' });
const round = (facts: PoolFacts, before?: Followed, of = pool): Followed =>
  followPlan(of, decidePool(of, facts, [], NOW_MS), before);
const ticks = ({ steps }: Followed): string => steps.map(({ tick }) => tick).join(' ');

const files = [logFile(1, 75), logFile(2, 60), logFile(3, 45), logFile(4, 30)];
const withoutSecondary = (overrides: Partial<PoolFacts> = {}): PoolFacts => {
  const lost = homeLost();
  const lyon = singlePair('lyo', restoringDatabase());
  return homeLost({ instances: { ...lost.instances, ...lyon }, ...overrides });
};

test('the first round shows the whole plan, and its first step as next', () => {
  const first = round(homeLost());
  expect(ticks(first)).toBe('next open open open open open open');
  expect([first.plan, first.next?.action, first.warnings]).toEqual(['steps', 'remove-log-shipping', []]);
});

test('what was done is ticked, and the end says that nothing is left', () => {
  const first = round(homeLost());
  const second = round(withoutSecondary(), first);
  expect(ticks(second)).toBe('done next open open open open open');
  const third = round(withoutSecondary({ copyFolder: folder('D:\\LSCopy', files) }), second);
  expect(ticks(third)).toBe('done done next open open open open');
  const last = round(failedOver(), third);
  expect([last.plan, last.warnings, last.next]).toEqual(['converged', [], undefined]);
  expect(ticks(last)).toBe('done done done done done done done');
});

test('a step that is undone is open again, with a warning', () => {
  const first = round(homeLost());
  const second = round(withoutSecondary(), first);
  const again = round(homeLost(), second);
  expect(ticks(again)).toBe('next open open open open open open');
  expect(again.warnings).toEqual(['remove-log-shipping:backup was done, and is asked for again.']);
});

test('a later step that was done before an earlier one is warned about', () => {
  const first = round(homeLost());
  const second = round(homeLost({ copyFolder: folder('D:\\LSCopy', files) }), first);
  expect(ticks(second)).toBe('next done open open open open open');
  expect(second.warnings).toEqual(['remove-log-shipping:backup is still open, and a later step is done.']);
});

test('a step that nobody planned is named', () => {
  const first = round(homeLost());
  const other = round(homeRebuilt({ poolState: homeLost().poolState }), {
    ...first,
    steps: first.steps.slice(0, 3),
  });
  expect(other.warnings.some((text) => text.startsWith('Something else was done: now '))).toBe(true);
});

test('another desired state begins a list of its own', () => {
  const first = round(homeLost());
  const back = desiredPool({ primarySite: 'home', counter: 2 });
  const second = round(homeRebuilt(), first, back);
  expect(second.steps[0]?.step.action).toBe('clear-active-servers');
  expect([second.generation, second.warnings]).toEqual([2, []]);
});

test('a blocked plan is a guess: nobody follows it, and the first one that is not blocked is followed', () => {
  const blind = homeLost({ instances: { ...homeLost().instances, ...silentParis(1_000) } });
  const first = round(blind);
  expect([first.plan, first.steps, first.next]).toEqual(['blocked', [], undefined]);
  expect(ticks(round(homeLost(), first))).toBe('next open open open open open open');
});
