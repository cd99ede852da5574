/** Links that fail: what other failover managers did then, and this one must not. Judged by the world. */
import { expect, test } from 'vitest';
import { AT_HOME, each, outcome, pass, settledStage } from '../support/peer-stage.ts';

const TIMEOUT = { timeout: 60_000 };

test(
  'GitHub 2018: a cut of 43 s between the sites moves nothing and leaves nothing armed',
  TIMEOUT,
  async () => {
    const stage = await settledStage();
    each(stage, 'cut');
    await pass(stage, 43);
    expect(stage.status()?.evidence?.home.verdict).not.toBe('alive');
    each(stage, 'heal');
    await pass(stage, 300);
    expect(outcome(stage)).toEqual(AT_HOME);
  },
);

test(
  'pg_auto_failover#997: sites that see the daemon but not each other keep the service where it is',
  TIMEOUT,
  async () => {
    const stage = await settledStage();
    each(stage, 'cut', ['backup-home']);
    await pass(stage, 240);
    each(stage, 'heal', ['backup-home']);
    await pass(stage, 60);
    expect(outcome(stage)).toEqual(AT_HOME);
  },
);
