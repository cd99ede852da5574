/** The HTTP interface over one pool that a test shows as it likes; what was decided is kept. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { WhatIf } from '../../src/http/what-if.ts';
import type { AuditEntry } from '../../src/http/audit.ts';
import { buildServer, type ServerOptions } from '../../src/http/build-server.ts';
import { EventStream } from '../../src/http/event-stream.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { BreakGlassRequest, DecisionRequest, PoolStatus } from '../../src/reconciler/pool-status.ts';
import type { Why } from '../../src/reconciler/why/why.ts';

/** The local control token of `served`. */
export const CONTROL_TOKEN = 'a-token';
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface ServedApi {
  readonly server: FastifyInstance;
  readonly options: ServerOptions;
  readonly events: EventStream;
  readonly decided: DecisionRequest[];
  readonly broken: BreakGlassRequest[];
  readonly resynced: string[];
  readonly audited: AuditEntry[];
  /** What the pool shows from now on. */
  readonly show: (pool: PoolStatus) => void;
  /** Called before every look at the pool. */
  onLook: () => void;
  /** ms of the clock. */
  nowMs: number;
  records: readonly JournalRecord[];
}

const WHY: Omit<Why, 'pool'> = {
  free: true,
  code: 'AsDesired',
  reason: 'The pool is as desired.',
  nextAction: null,
  step: null,
  guards: [],
};

const WHAT_IF: Omit<WhatIf, 'pool' | 'plan' | 'ledger'> = {
  fault: 'site:paris',
  goal: 'backup',
  assumptions: ['it lasts'],
  gate: { kind: 'proceed', code: null, reason: null, nextAction: null },
  evidence: { home: { verdict: 'down' }, backup: { verdict: 'alive' } },
  prediction: { steps: [], duration: null, outage: null, unmeasured: [] },
  copies: [],
  salvage: [],
  lossNowMinutes: 1.5,
};

export const removedRecord = (pool: string, seq: number): JournalRecord => ({
  v: 1,
  seq,
  epoch: 1,
  at: 'x',
  kind: 'removed',
  pool,
});

/** @param first what the pool shows at first */
export function servedApi(first: PoolStatus, options: Partial<ServerOptions> = {}): ServedApi {
  let shown = first;
  const name = first.pool;
  const events = new EventStream({ epoch: 1, clock: hostClock, afterTurn: setImmediate });
  const given: ServerOptions = {
    token: CONTROL_TOKEN,
    metrics: new Registry(),
    tokens: [],
    clients: [],
    names: [],
    audit: (entry) => {
      api.audited.push(entry);
    },
    clock: { now: () => api.nowMs, monotonicMs: () => api.nowMs },
    sha256,
    events,
    status: {
      status: () => ({
        version: '1',
        pid: 1,
        epoch: 1,
        startedAt: 'x',
        desiredStateProblems: [],
        desiredStateReachable: true,
        pools: [shown],
      }),
      pool: (wanted) => {
        if (wanted !== name) return undefined;
        api.onLook();
        return shown;
      },
      why: (wanted) => (wanted === name ? { ...WHY, pool: name } : undefined),
      ready: () => true,
      history: () => api.records,
    },
    suppose: (wanted, { fault }) => {
      if (wanted !== name || shown.plan === null || shown.ledger === null) return undefined;
      const { plan, ledger } = shown;
      return { ...WHAT_IF, pool: name, fault: fault ?? WHAT_IF.fault, plan, ledger };
    },
    decisions: {
      resync: (pool) => {
        api.resynced.push(pool);
      },
      decide: (request) => {
        api.decided.push(request);
        return Promise.resolve({ ...request, decision: 'suspend' });
      },
      breakGlass: (request) => {
        api.broken.push(request);
        return Promise.resolve(removedRecord(name, 9));
      },
    },
    ...options,
  };
  const server = buildServer(given);
  onTestFinished(() => server.close());
  const api: ServedApi = {
    server,
    options: given,
    events,
    decided: [],
    broken: [],
    resynced: [],
    audited: [],
    nowMs: 0,
    records: [1, 2, 3].map((seq) => removedRecord(name, seq)),
    onLook: () => undefined,
    show: (pool) => {
      shown = pool;
    },
  };
  return api;
}
