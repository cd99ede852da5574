/** Plays a scenario on the wire from its begin to its end, judged by the estate after every event. */
import { readFileSync } from 'node:fs';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { describeStuck, handwork, isConverged, judgeEnd } from '../../src/simulation/judge-ending.ts';
import type { Played } from '../../src/simulation/play-scenario.ts';
import { faultsIn, type Scenario } from '../../src/simulation/scenario.ts';
import { actAsPerson } from '../../src/simulation/scripted-person.ts';
import { ChaosStage, FACTOR, isPlayable } from './chaos-stage.ts';

/** What is told of a run in memory as well, as far as the wire can tell it. */
export interface PlayedOnWire extends Omit<Played, 'rounds' | 'simulatedMs' | 'journal'> {
  readonly kills: number;
  readonly realMs: number;
  /** For the reader of a failure, a record a line. */
  readonly journal: readonly string[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Shorter than anything that is awaited, real ms. */
const TICK_MS = 8;
/** Real ms. */
const PERSON_LOOKS_EVERY_MS = 1_500;
/** A pool that has not converged by then never will, estate minutes. */
const CONVERGES_WITHIN_MIN = 90;
/** Longer than any pause between two looks, and than a wait for heartbeats, real ms. */
const RESTS_FOR_MS = 6_000;

/** Rejects with the reason of the signal when it aborts; everything that was started has ended by then. */
export async function playOnWire(whole: Scenario, signal?: AbortSignal): Promise<PlayedOnWire> {
  const beganAtMs = hostClock.monotonicMs();
  const scenario = { ...whole, events: whole.events.filter(({ what }) => isPlayable(what)) };
  await using stage = await ChaosStage.open(scenario, signal === undefined ? {} : { signal });
  const decisions: string[] = [];
  for (const { at, what } of scenario.events) {
    await pass(stage, () => stage.nowMs >= at * SECOND_MS || broken(stage));
    if (!broken(stage)) await stage.perform(what);
  }
  await pass(stage, () => stage.nowMs >= scenario.minutes * MINUTE_MS || broken(stage));
  if (scenario.mode === 'liveness' && !broken(stage)) await settle(stage, scenario, decisions);
  const status = await statusOf(stage);
  const account = stage.wire.estate.checker();
  return {
    violations: stage.judge.violations,
    exceptions: stage.judge.exceptions,
    ending: isConverged(status, documentOf(stage))
      ? 'converged'
      : (handwork(status) ?? status?.state ?? 'dead'),
    decisions,
    steps: stage.steps,
    kills: stage.kills,
    faults: faultsIn(scenario),
    realMs: hostClock.monotonicMs() - beganAtMs,
    messages: { acknowledged: account.acknowledged, lost: account.lost.length },
    journal: stage.world.disk.lines,
  };
}

const broken = ({ judge }: ChaosStage): boolean => judge.violations.length > 0;

const documentOf = ({ wire }: ChaosStage): string =>
  readFileSync(wire.playground.documents.desiredFile, 'utf8');

/** undefined: it is dead now, or too busy to answer. */
export async function statusOf({ wire }: ChaosStage): Promise<PoolStatus | undefined> {
  try {
    return await wire.status();
  } catch {
    // Killed between two requests, or it does not know its pool yet: the next look asks again.
    return undefined;
  }
}

export async function pass(stage: ChaosStage, until: () => boolean): Promise<void> {
  while (!until()) {
    await stage.tick();
    await hostClock.sleep(TICK_MS, stage.signal);
  }
}

async function settle(stage: ChaosStage, scenario: Scenario, decisions: string[]): Promise<void> {
  await stage.calm(scenario.core);
  const endMs = stage.nowMs + CONVERGES_WITHIN_MIN * MINUTE_MS;
  let restsSince: number | undefined;
  let status: PoolStatus | undefined;
  while (stage.nowMs < endMs && !broken(stage)) {
    const nextMs = stage.nowMs + PERSON_LOOKS_EVERY_MS * FACTOR;
    await pass(stage, () => stage.nowMs >= nextMs || broken(stage));
    status = await statusOf(stage);
    const converged = isConverged(status, documentOf(stage));
    restsSince = converged || handwork(status) !== undefined ? (restsSince ?? stage.nowMs) : undefined;
    if (restsSince !== undefined && stage.nowMs - restsSince >= RESTS_FOR_MS * FACTOR) {
      if (converged) judgeEnd(stage.judge, stage.world.state);
      return;
    }
    if (status !== undefined && scenario.person === 'there') await askPerson(stage, status, decisions);
  }
  if (!broken(stage)) stage.judge.violate('liveness', describeStuck(status, CONVERGES_WITHIN_MIN));
}

/** The administrator of the scenario does one thing, if one is asked for. */
export async function askPerson(stage: ChaosStage, status: PoolStatus, decisions: string[]): Promise<void> {
  const { wire, judge, world } = stage;
  const desk = await findDaemon(wire.playground.documents.journalDirectory);
  if (desk === undefined) return;
  let commanded: Promise<void> | undefined;
  const did = await actAsPerson(desk, status, {
    state: world.state,
    // Decisions expire by the clock of the daemon's machine.
    clock: hostClock,
    estate: { fault: (command) => void (commanded = wire.estate.fault(command)) },
  });
  await commanded;
  if (did === undefined) return;
  decisions.push(did.what);
  if (did.keeps !== undefined) judge.kept(did.keeps);
}
