/** Plays a scenario from its begin to its end, judged after every event. One scenario, one journal, byte for byte. */
import { describeStuck, handwork, isConverged, judgeEnd } from './judge-ending.ts';
import type { Finding } from './judge-world.ts';
import { ScenarioStage } from './scenario-stage.ts';
import { faultsIn, type Scenario } from './scenario.ts';
import { actAsPerson, type PersonDid } from './scripted-person.ts';

export interface Played {
  readonly violations: readonly Finding[];
  readonly exceptions: readonly Finding[];
  /** How a liveness run ended, or where a safety run stood: `converged`, `asks: <way out>`, or the state of the loop. */
  readonly ending: string;
  /** What the person did on the way. */
  readonly decisions: readonly string[];
  readonly rounds: number;
  readonly steps: number;
  readonly faults: number;
  readonly simulatedMs: number;
  readonly messages: { readonly acknowledged: number; readonly lost: number };
  readonly journal: string;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
const PERSON_LOOKS_EVERY_MS = 30_000;
/** A pool that has not converged by then never will. */
const CONVERGES_WITHIN_MS = 90 * MINUTE_MS;
/** Longer than any pause between two looks, and than a wait for heartbeats. */
const RESTS_FOR_MS = 2 * MINUTE_MS;

export async function playScenario(scenario: Scenario): Promise<Played> {
  const stage = new ScenarioStage(scenario);
  const { clock } = stage.world;
  for (const { at, what } of scenario.events) clock.after(at * SECOND_MS, () => stage.perform(what));
  const broken = (): boolean => stage.judge.violations.length > 0;
  await clock.run(broken, scenario.minutes * MINUTE_MS);
  const decisions: string[] = [];
  if (scenario.mode === 'liveness' && !broken()) await settle(stage, scenario, decisions);
  const status = stage.status();
  const { violations, exceptions } = stage.judge;
  const account = stage.world.account();
  const played: Played = {
    violations,
    exceptions,
    ending: isConverged(status, stage.world.document.text)
      ? 'converged'
      : (handwork(status) ?? status?.state ?? 'dead'),
    decisions,
    rounds: stage.rounds,
    steps: stage.steps,
    faults: faultsIn(scenario),
    simulatedMs: clock.monotonicMs(),
    messages: { acknowledged: account.acknowledged, lost: account.lost.length },
    journal: stage.world.disk.text(),
  };
  stage.end();
  return played;
}

async function settle(stage: ScenarioStage, scenario: Scenario, decisions: string[]): Promise<void> {
  const { clock } = stage.world;
  stage.calm(scenario.core);
  const endMs = clock.monotonicMs() + CONVERGES_WITHIN_MS;
  let restsSince: number | undefined;
  while (clock.monotonicMs() < endMs && stage.judge.violations.length === 0) {
    const nextMs = clock.monotonicMs() + PERSON_LOOKS_EVERY_MS;
    await clock.run(
      () => clock.monotonicMs() >= nextMs || stage.judge.violations.length > 0,
      PERSON_LOOKS_EVERY_MS,
    );
    const status = stage.status();
    const rests = isConverged(status, stage.world.document.text) || handwork(status) !== undefined;
    restsSince = rests ? (restsSince ?? clock.monotonicMs()) : undefined;
    if (restsSince !== undefined && clock.monotonicMs() - restsSince >= RESTS_FOR_MS) {
      if (isConverged(status, stage.world.document.text)) judgeEnd(stage.judge, stage.world.state);
      return;
    }
    const did = scenario.person === 'away' ? undefined : await askPerson(stage);
    if (did !== undefined) decisions.push(did.what);
    if (did?.keeps !== undefined) stage.judge.kept(did.keeps);
  }
  if (stage.judge.violations.length === 0)
    stage.judge.violate('liveness', describeStuck(stage.status(), CONVERGES_WITHIN_MS / MINUTE_MS));
}

async function askPerson(stage: ScenarioStage): Promise<PersonDid | undefined> {
  const status = stage.status();
  const daemon = stage.daemon?.daemon;
  return daemon === undefined || status === undefined ? undefined : actAsPerson(daemon, status, stage.world);
}
