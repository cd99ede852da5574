/** One planned move in memory, looked at as others have failed at it. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { abandoned, problemsAfterAll } from '../simulation/crash-judge.ts';
import { recordTransition, type Transition } from '../simulation/cut-points.ts';
import { sampled } from '../support/budget.ts';

const TIMEOUT = { timeout: 300_000 };
/**
 * Deeds that whoever goes on may do once more. Users are kept out again by a tail that is taken again. Home writes a log backup whenever the
 * move begins, and each is restored. A cmdlet outlives the daemon that sent it, and nobody sees it running: the next one seeds the mirror again.
 */
const HARMLESS = /: (access-changed@|restore-log@|restore-database@sql-lyo-2)/;

async function atHome(): Promise<WorldSnapshot> {
  const stage = new Stage(new SimulatedWorld(freshWorld({ seed: 'peers' })), new SeededRandom(2));
  await stage.converge();
  stage.world.estate.fault('clients on');
  await stage.pass(5);
  stage.daemon.crash();
  return abandoned(stage.world.snapshot()).snapshot();
}

let moved: Promise<Transition> | undefined;
const plannedMove = (): Promise<Transition> =>
  (moved ??= atHome().then((from) => recordTransition(from, 'lyon')));

const recordsOf = ({ journal }: WorldSnapshot): readonly JournalRecord[] =>
  journal.map((line) => JSON.parse(line) as JournalRecord);

test(
  'orchestrator#1457: while a planned move runs, no repair of what it takes apart is begun, and no step twice',
  TIMEOUT,
  async () => {
    const { cuts, end, account } = await plannedMove();
    const before = cuts[0]?.world.journal.length ?? 0;
    const records = recordsOf(end).slice(before);
    const intents = records.flatMap((record) =>
      record.kind === 'intent' ? [`${record.action}:${record.target}`] : [],
    );
    const plan = records.find(
      (record) => record.kind === 'plan' && JSON.stringify(record.plan).includes('tail-log-backup'),
    );
    const planned =
      plan?.kind === 'plan' ? (plan.plan as { steps: { action: string; target: string }[] }).steps : [];
    expect(intents).toEqual(planned.map(({ action, target }) => `${action}:${target}`));
    expect(new Set(intents).size).toBe(intents.length);
    expect([account.serving, account.lost.length, account.writableAtTwoSitesMs]).toEqual([
      'sql-lyo-1.contoso.com',
      0,
      0,
    ]);
  },
);

test('dbatools#8573: whatever is mirrored anew, nothing is ever restored on a witness', TIMEOUT, async () => {
  const { end } = await plannedMove();
  const { sites, chatDatabase } = end.state.options;
  for (const { witness, mirror } of [sites.home, sites.backup]) {
    const state = end.state.instances[witness?.name ?? ''];
    expect([state?.databases[chatDatabase], state?.restores.length]).toEqual([undefined, 0]);
    expect(mirror).toBeDefined();
  }
  expect(end.state.instances[sites.backup.mirror?.name ?? '']?.restores.length).toBeGreaterThan(0);
});

test(
  'repmgr#365, #503, #710: a planned move that is killed half way is finished by the next daemon, not left to a person',
  TIMEOUT,
  async () => {
    const move = await plannedMove();
    expect(move.cuts.length).toBeGreaterThan(40);
    const problems = await problemsAfterAll(sampled(move.cuts, 70), move);
    expect(problems.filter((problem) => !HARMLESS.test(problem))).toEqual([]);
  },
);
