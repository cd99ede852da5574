import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requireDaemon, type DaemonClient } from '../../src/cli/daemon-client.ts';
import type { DecisionRequest, PoolStatus } from '../../src/reconciler/pool-status.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { CONTROL_TOKEN, servedApi, type ServedApi } from '../support/served-api.ts';

const seen = observed(homeLost());
const approval: DecisionRequest = {
  pool: seen.pool,
  decision: 'approve',
  by: 'ann',
  reason: 'Paris is gone',
  expiresAt: null,
};
const losing = (lossMinutes: number): PoolStatus =>
  seen.ledger === null ? seen : { ...seen, ledger: { ...seen.ledger, lossMinutes } };

async function reached(api: ServedApi): Promise<DaemonClient> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-client-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  writeFileSync(path.join(directory, 'control-token'), CONTROL_TOKEN);
  writeFileSync(
    path.join(directory, 'control-address'),
    await api.server.listen({ host: '127.0.0.1', port: 0 }),
  );
  return requireDaemon(directory);
}

/** The first look is the one of the person; every later one shows what comes next. */
function shownInTurn(first: PoolStatus, ...later: readonly PoolStatus[]): ServedApi {
  const api = servedApi(first);
  const queue = [first, ...later];
  api.onLook = () => {
    const next = queue.shift();
    if (next !== undefined) api.show(next);
  };
  return api;
}

describe('a command at the daemon', () => {
  test('decides once when the plan stands', async () => {
    const api = servedApi(losing(5));
    await (await reached(api)).decide(approval);
    expect(api.decided).toMatchObject([{ decision: 'approve', by: 'ann' }]);
  });

  test('decides again when only less would be lost than what was shown', async () => {
    const api = shownInTurn(losing(5), losing(3));
    await (await reached(api)).decide(approval);
    expect(api.decided).toHaveLength(1);
  });

  test.each([
    ['more would be lost', losing(9), 'the loss was 5 minutes and is 9 minutes'],
    ['the plan is another', observed(facts()), 'and is converged'],
  ])('tells the person and decides nothing when %s', async (_name, now, words) => {
    const api = shownInTurn(losing(5), now);
    const error = await (await reached(api)).decide(approval).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PoolError);
    expect(error).toMatchObject({ code: 'PCO_PLAN_MOVED' });
    expect((error as PoolError).message).toContain(words);
    expect(api.decided).toEqual([]);
  });

  test('asks a second time and no third', async () => {
    const api = shownInTurn(losing(5), losing(4), losing(4), losing(3));
    await expect((await reached(api)).decide(approval)).rejects.toMatchObject({ code: 'PCO_PLAN_MOVED' });
    expect(api.decided).toEqual([]);
  });
});
