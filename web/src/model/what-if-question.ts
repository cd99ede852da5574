/** What can be supposed of a pool, and the answer in one sentence. Pure. */
import type { WhatIf } from '../../../src/http/what-if.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { lossWords, secondsWords } from './age.ts';
import { shortName } from './part.ts';
import { stepCount, stepsOf } from './pool-tone.ts';

export interface Supposition {
  /** As the API has it. */
  readonly fault: string;
  readonly label: string;
}

/** The serving datacenter first: that is what somebody wants to know before it happens. */
export function suppositions({ datacenters, primarySite, declared }: PoolStatus): readonly Supposition[] {
  const sites = primarySite === 'home' ? (['home', 'backup'] as const) : (['backup', 'home'] as const);
  const instances = sites.flatMap((site) => {
    const { primary, mirror, witness } = declared.sites[site];
    return [primary, mirror, witness].filter((name) => name !== null);
  });
  return [
    ...sites.map((site) => ({ fault: `site:${site}`, label: `${datacenters[site]} is lost` })),
    { fault: 'share', label: 'the backup share is lost' },
    ...instances.map((name) => ({ fault: `instance:${name}`, label: `${shortName(name)} is lost` })),
  ];
}

export interface SupposedAnswer {
  readonly verdict: string;
  /** null: no plan, and nothing that it gives up. */
  readonly loss: string | null;
  /** null: nothing would take the service away, or nobody knows for how long. */
  readonly outage: string | null;
  readonly steps: readonly string[];
  readonly assumptions: readonly string[];
}

/** What an answer stands on: the generation, what was seen as the planner reads it, and the verdicts. Another one is another pool. */
export const groundOf = ({ generation, variables, evidence }: PoolStatus): string =>
  JSON.stringify([
    generation.hash,
    Object.entries(variables).map(([path, { value }]) => `${path} ${value}`),
    evidence?.home.verdict,
    evidence?.backup.verdict,
  ]);

export function supposedAnswer(answer: WhatIf, { datacenters }: PoolStatus): SupposedAnswer {
  const { plan, goal, ledger, prediction, assumptions } = answer;
  const steps = stepsOf(plan);
  const moves = plan.kind === 'steps';
  return {
    verdict: verdictOf(answer, datacenters[goal]),
    loss: moves ? lossWords(ledger.lossMinutes) : null,
    outage: moves && prediction.outage !== null ? secondsWords(prediction.outage.p50) : null,
    steps: moves
      ? steps.map(
          ({ action, target }) =>
            `${action} on ${target === 'pool' ? target : siteName(target, datacenters)}`,
        )
      : [],
    assumptions,
  };
}

const siteName = (target: string, datacenters: PoolStatus['datacenters']): string =>
  target === 'home' || target === 'backup' ? datacenters[target] : target;

function verdictOf({ plan, gate }: WhatIf, where: string): string {
  switch (plan.kind) {
    case 'steps': {
      const asked = gate.kind === 'proceed' ? '' : `; ${gate.reason ?? gate.code ?? 'a gate holds it'}`;
      return `${stepCount(plan.steps.length)} would bring the service to ${where}${asked}`;
    }
    case 'blocked':
      return `No plan reaches ${where}: ${plan.obstacles[0]?.reason ?? 'something stands in its way'}`;
    case 'waiting':
      return `It would wait: ${plan.reason}`;
    case 'too-large':
      return 'No plan within the limit of the search';
    case 'converged':
      return `Nothing would have to be done for ${where}`;
  }
}
