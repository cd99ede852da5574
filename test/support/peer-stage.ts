/** A pool at home with clients in memory, disturbed by links, clocks and lost answers: what came of it, judged by the world. */
import type { JournalRecord } from '../../src/ports/journal.ts';
import { ScenarioStage } from '../../src/simulation/scenario-stage.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';

const MS = 1_000;

const scenario: Scenario = {
  name: 'peers',
  mode: 'safety',
  seed: 3,
  minutes: 60,
  shareSite: 'backup',
  evidence: 'silent',
  core: 'all',
  person: 'away',
  events: [],
};

export const pass = (stage: ScenarioStage, seconds: number): Promise<unknown> =>
  stage.world.clock.run(() => false, seconds * MS);

export async function settledStage(evidence: Scenario['evidence'] = 'silent'): Promise<ScenarioStage> {
  const stage = new ScenarioStage({ ...scenario, evidence });
  await pass(stage, 120);
  return stage;
}

export const begun = (stage: ScenarioStage): readonly string[] =>
  stage.world.disk.lines
    .map((line) => JSON.parse(line) as JournalRecord)
    .flatMap((record) => (record.kind === 'intent' ? [`${record.action}:${record.target}`] : []));

/** Ends the stage. */
export function outcome(stage: ScenarioStage): object {
  const { writableAtTwoSitesMs, serving, lost } = stage.world.account();
  const told = {
    begun: begun(stage),
    plan: stage.status()?.plan?.kind,
    serving,
    lost: lost.length,
    writableAtTwoSitesMs,
    violations: stage.judge.violations,
  };
  stage.end();
  return told;
}

export const AT_HOME = {
  begun: [],
  plan: 'converged',
  serving: 'sql-par-1.contoso.com',
  lost: 0,
  writableAtTwoSitesMs: 0,
  violations: [],
};

/** Home is cut off from everybody. */
const HOME_LINKS = ['daemon-home', 'backup-home', 'home-share'];
export const each = (stage: ScenarioStage, change: 'cut' | 'heal', links = HOME_LINKS): void => {
  for (const link of links) stage.perform(`${change} link ${link}`);
};
