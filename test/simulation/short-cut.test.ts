/** A cut of the network between the sites that lasts 43 seconds (GitHub, October 2018): nothing moves, and nothing is left armed. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import { sampled } from '../support/budget.ts';

const CUT_MINUTES = 43 / 60;
const CALM_MINUTES = 1;

interface Cut {
  readonly name: string;
  readonly begins: readonly string[];
  readonly ends: readonly string[];
  /** What is made of home and backup in the dark: the management shell is another way than the daemon's own. */
  readonly dark: readonly [string, string];
}

const cutOf = (name: string, links: readonly string[], dark: Cut['dark']): Cut => ({
  name,
  begins: links.map((link) => `cut link ${link}`),
  ends: links.map((link) => `heal link ${link}`),
  dark,
});

const CUTS: readonly Cut[] = [
  cutOf('of home from everybody', ['home-backup', 'daemon-home', 'home-share'], ['partitioned', 'alive']),
  cutOf(
    'between the sites, the daemon with backup',
    ['home-backup', 'daemon-home'],
    ['partitioned', 'alive'],
  ),
  cutOf(
    'between the sites, the daemon with home',
    ['home-backup', 'daemon-backup'],
    ['alive', 'partitioned'],
  ),
  cutOf('of the daemon from both', ['daemon-home', 'daemon-backup'], ['partitioned', 'partitioned']),
  // Isolation of a whole site looks like this, too.
  {
    name: 'of everything at home',
    begins: ['down site home'],
    ends: ['return site home'],
    dark: ['down (silent)', 'alive'],
  },
];

const recordsOf = (world: SimulatedWorld): JournalRecord[] =>
  world.disk.lines.map((line) => JSON.parse(line) as JournalRecord);

test.each(sampled(CUTS, 4))('43 s $name move nothing and leave nothing armed', async (cut) => {
  const world = new SimulatedWorld(freshWorld({ seed: 'short cut', clients: 1 }));
  // Less than the cut: the silence is concluded, and still moves nothing.
  world.document.save(world.document.text.replace('silentAfter: 2m', 'silentAfter: 20s'));
  const stage = new Stage(world, new SeededRandom(43));
  await stage.converge();
  const before = recordsOf(world).length;
  for (const fault of cut.begins) world.estate.fault(fault);
  await stage.pass(CUT_MINUTES);
  const evidence = stage.daemon.daemon.pool(POOL)?.evidence;
  expect([evidence?.home, evidence?.backup].map((one) => one && verdictWords(one))).toEqual(cut.dark);
  for (const fault of cut.ends) world.estate.fault(fault);
  await stage.pass(CALM_MINUTES);
  const status = stage.daemon.daemon.pool(POOL);
  stage.daemon.crash();
  const since = recordsOf(world).slice(before);
  expect(since.filter(({ kind }) => ['intent', 'effect', 'decision'].includes(kind))).toEqual([]);
  const seen = { verdict: 'alive', silentForMs: 0 };
  expect(status).toMatchObject({
    state: 'converged',
    plan: { kind: 'converged' },
    evidence: { home: seen, backup: seen },
    decisions: [],
    running: [],
  });
});
