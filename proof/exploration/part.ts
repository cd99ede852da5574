/** One part of the exploration, on a thread of its own: everything around an estate whose backup share stands in one site. */
import { shapeOf } from '../../src/reconciler/ground-rows.ts';
import { DEFAULT_ESTATE, type EstateSite } from '../../src/simulator/estate/estate-options.ts';
import { counterexampleOf, type Counterexample } from './counterexample.ts';
import { poolsOf, startWorld } from './explored-world.ts';
import { Explorer, type Tally } from './explorer.ts';
import { judgeEnds, type Ends } from './judge-ends.ts';
import { playRoutes, ROUTES, UNMIRRORED_ROUTES } from './routes.ts';
import type { CountedStates } from './state-count.ts';
import { withoutNeed } from './without-need.ts';

const { home, backup } = DEFAULT_ESTATE.sites;
const ALONE = { mirror: undefined, witness: undefined };
const UNMIRRORED = { sites: { home: { ...home, ...ALONE }, backup: { ...backup, ...ALONE } } };

export interface PartOptions {
  readonly shareSite: EstateSite;
  readonly maxCost: number;
  /** Policy of the explored pool. */
  readonly failback?: 'documented' | 'minimal';
  /** The explored pool declares none, and other jobs are played. */
  readonly mirrors?: 'none';
  readonly mayGoOn: () => boolean;
  readonly progress: (line: string) => void;
  /** `row:need`, removed from the table in memory; the exploration must then find something. */
  readonly without: string | undefined;
}

export interface PartResult {
  readonly shareSite: EstateSite;
  readonly tally: Tally;
  /** All worlds with so many disturbances are done. */
  readonly whole: number;
  readonly ends: Ends;
  readonly counted: CountedStates;
  /** Rows of the table that were really run. */
  readonly rows: readonly string[];
  readonly violations: readonly Counterexample[];
  readonly shape: ReturnType<typeof shapeOf>;
}

export async function explorePart(options: PartOptions): Promise<PartResult> {
  const { shareSite, maxCost, failback, mirrors, mayGoOn, progress, without } = options;
  // Errors are values here; nobody reads where they were made.
  Error.stackTraceLimit = 0;
  if (without !== undefined) withoutNeed(without);
  const start = await startWorld(shareSite, { failback, overrides: mirrors === 'none' ? UNMIRRORED : {} });
  const pools = poolsOf(start);
  const explorer = new Explorer({ pools, maxCost, mayGoOn, progress });
  const routes = mirrors === 'none' ? UNMIRRORED_ROUTES : ROUTES;
  await playRoutes(explorer, await explorer.add(start), mayGoOn, routes);
  progress(`routes played, ${explorer.tally.expanded} worlds`);
  const whole = await explorer.run();
  await explorer.compareTwins();
  const { ends, violations } = judgeEnds(explorer.nodes);
  return {
    shareSite,
    tally: explorer.tally,
    whole,
    ends,
    counted: explorer.states.counted(),
    rows: [...explorer.rows],
    violations: [...explorer.violations, ...violations].map(counterexampleOf),
    shape: shapeOf(pools.home.topology, pools.home.policy),
  };
}
