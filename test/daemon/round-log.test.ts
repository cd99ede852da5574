import { expect, test } from 'vitest';
import { createLogger } from '../../src/daemon/logger.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { DaemonScene, toBackup, withoutSecondary } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { homeLost, NOW_MS } from '../support/facts.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly pool?: string;
  readonly round?: string;
  readonly generation?: number;
  readonly fingerprint?: string;
  readonly step?: string;
  readonly attempt?: string;
}

/** What is logged of a pool whose desired state moves to the other site, until its first step is done. */
async function logOfFirstStep(): Promise<{
  readonly lines: readonly Line[];
  readonly text: readonly string[];
  readonly scene: DaemonScene;
}> {
  const lines: Line[] = [];
  const text: string[] = [];
  const write = (line: string): void => {
    text.push(line);
    lines.push(JSON.parse(line) as Line);
  };
  const log = createLogger('debug', { destination: { write } });
  const scene = new DaemonScene(homeLost(), new MemoryDisk(), NOW_MS, (metrics) => metrics, log);
  scene.act = (context) => {
    context.progress('on the way');
    scene.world = withoutSecondary(scene.world);
    return Promise.resolve({});
  };
  scene.desire(desiredPool());
  await scene.until(() => scene.state() === 'blocked');
  scene.desire(toBackup());
  await scene.until(() => lines.some(({ msg }) => msg === 'step done'));
  return { lines, text, scene };
}

test('every line of a round carries pool, round and generation', async () => {
  const { lines } = await logOfFirstStep();
  const ofRounds = lines.filter(({ msg }) => !['started', 'desired state', 'generation'].includes(msg));
  expect(ofRounds.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['observed', 'plan', 'evidence', 'step begins', 'progress', 'step done']),
  );
  for (const line of ofRounds)
    expect(line, line.msg).toMatchObject({
      pool: 'chat',
      round: expect.stringMatching(/^e1-r\d+$/) as string,
      generation: expect.any(Number) as number,
    });
  expect([...new Set(ofRounds.map(({ generation }) => generation))]).toEqual([1, 2]);
});

test('no field of a line hides its level, its time or its message', async () => {
  const { lines, text } = await logOfFirstStep();
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['debug', 'info', 'warn']));
  for (const name of ['level', 'time', 'msg'])
    expect(text.filter((line) => line.split(`"${name}":`).length !== 2)).toEqual([]);
});

test('lines of a step carry the fingerprint of its plan, and the attempt that the journal knows', async () => {
  const { lines, scene } = await logOfFirstStep();
  const begins = lines.findIndex(({ msg }) => msg === 'step begins');
  const plans = lines.slice(0, begins).filter(({ msg }) => msg === 'plan');
  expect(plans.length).toBeGreaterThan(1);
  expect(new Set(plans.map(({ fingerprint }) => fingerprint)).size).toBe(plans.length);
  const ofStep = lines.filter(({ step }) => step === 'remove-log-shipping:backup');
  expect(ofStep.map(({ msg }) => msg)).toEqual(['step begins', 'progress', 'step done']);
  const { round, fingerprint } = plans.at(-1) ?? {};
  for (const line of ofStep) expect(line).toMatchObject({ round, fingerprint, generation: 2 });
  const outcome = scene.records().find((record) => record.kind === 'outcome');
  expect(outcome).toMatchObject({ round, attempt: ofStep.at(-1)?.attempt });
});
