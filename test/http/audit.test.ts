import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { Role } from '../../src/http/callers.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { ask, tokensOf } from '../support/asked-api.ts';
import { DaemonScene, toBackup } from '../support/daemon-scene.ts';
import { homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { CONTROL_TOKEN, servedApi, type ServedApi } from '../support/served-api.ts';

const suspended: JournalRecord = {
  v: 1,
  seq: 1,
  epoch: 1,
  kind: 'decision',
  pool: 'chat',
  by: 'eve',
  reason: 'patch day',
  expiresAt: null,
  decision: 'suspend',
  at: '2026-01-01T00:00:00.000Z',
};
const lost = observed(homeLost());

const post = (api: ServedApi, part: string, token: string, payload: object = {}) =>
  ask(api, {
    method: 'POST',
    url: `/api/v1/pools/${lost.pool}/${part}`,
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    payload,
  });
const secretOf = (role: Role): string => `secret-${role}`;
const reason = 'Paris is gone';

describe('what is left of a changing request', () => {
  test('is who asked, what, and the decision about the same before and after', async () => {
    const api = servedApi(lost, { tokens: tokensOf() });
    api.records = [suspended];
    await post(api, 'resume', secretOf('operate'), { reason });
    await post(api, 'attest', CONTROL_TOKEN, { by: 'ann', reason, site: 'home' });
    expect(api.audited).toMatchObject([
      {
        via: 'operateer',
        address: '127.0.0.1',
        what: 'resume',
        pool: lost.pool,
        status: 201,
        before: suspended,
      },
      { via: 'local', what: 'attest', status: 201, after: { by: 'ann', via: 'local' } },
    ]);
    expect(api.decided.map(({ by, via }) => [by, via])).toEqual([
      ['operateer', 'operateer'],
      ['ann', 'local'],
    ]);
  });

  test('is there when it was refused, too, and holds nothing that was sent', async () => {
    const api = servedApi(lost, { tokens: tokensOf() });
    await post(api, 'resync', secretOf('view'));
    await post(api, 'suspend', '', { reason: 'a password by mistake' });
    await post(api, 'suspend', secretOf('operate'), { reason: '' });
    expect(api.audited.map(({ via, status, after }) => [via, status, after])).toEqual([
      ['viewer', 403, null],
      [null, 401, null],
      ['operateer', 400, null],
    ]);
    expect(JSON.stringify(api.audited)).not.toMatch(/password|secret/);
  });

  test('is nothing for a look', async () => {
    const api = servedApi(lost);
    await ask(api, { method: 'GET', url: `/api/v1/pools/${lost.pool}`, headers: {} });
    expect(api.audited).toEqual([]);
  });

  test('is in the journal of a real loop by the name of the token', async () => {
    const scene = new DaemonScene(homeLost(), new MemoryDisk());
    const pool = toBackup();
    scene.desire(pool);
    expect(await scene.until(() => scene.daemon.pool(pool.topology.name)?.observedAt !== null)).toBe(true);
    const decisions = scene.daemon;
    const api = servedApi({ ...lost, pool: pool.topology.name }, { tokens: tokensOf(), decisions });
    await ask(api, {
      method: 'POST',
      url: `/api/v1/pools/${pool.topology.name}/suspend`,
      headers: { authorization: `Bearer ${secretOf('operate')}` },
      payload: { reason },
    });
    expect(scene.records().filter(({ kind }) => kind === 'decision')).toMatchObject([
      { by: 'operateer', via: 'operateer', reason },
    ]);
    await scene.daemon.stop();
  });
});
