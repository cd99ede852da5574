/** Records of a journal as a daemon would have written them, for tests of what the journal tells. */
import { readFileSync } from 'node:fs';
import type { JournalBody, JournalRecord, StepReference } from '../../src/ports/journal.ts';
import type { PlanPrediction } from '../../src/topology/forecast.ts';

const START_MS = Date.parse('2026-11-24T02:00:00.000Z');
export const CHAT = 'chat';
export const atSecond = (second: number): string => new Date(START_MS + second * 1_000).toISOString();

/** Seconds after the start, what was written, and by which daemon; left out: the first. */
export type Entry = readonly [second: number, body: JournalBody, epoch?: number];

export const written = (...entries: readonly Entry[]): readonly JournalRecord[] =>
  entries.map(([second, body, epoch = 1], index) => ({
    v: 1,
    seq: index + 1,
    epoch,
    at: atSecond(second),
    ...body,
  }));

const hashOf = (counter: number) => ({ counter, hash: `hash-${String(counter)}` });

export const accepted = (counter: number, datacenter: string, more: object = {}): JournalBody => ({
  kind: 'generation',
  pool: CHAT,
  generation: hashOf(counter),
  origin: 'pools.yaml',
  revision: null,
  primarySite: datacenter === 'paris' ? 'home' : 'backup',
  primaryDatacenter: datacenter,
  declared: { name: CHAT, primaryDatacenter: datacenter, policy: { maxDataLoss: '5m' } },
  ...more,
});

export const planned = (
  kind: string,
  steps: readonly string[] = [],
  more: { readonly counter?: number; readonly ledger?: object; readonly prediction?: PlanPrediction } = {},
): JournalBody => ({
  kind: 'plan',
  pool: CHAT,
  round: 'e1-r1',
  generation: hashOf(more.counter ?? 2),
  plan: {
    kind,
    steps: steps.map((step) => {
      const [action, target] = step.split(':');
      return { action, target, seedStep: null, risk: 'safe', reason: `${step} is needed.` };
    }),
  },
  ledger: { lines: [], lossMinutes: 0, lostFiles: 0, ...more.ledger },
  ...(more.prediction === undefined ? {} : { prediction: more.prediction }),
});

const reference = (step: string, attempt: string): StepReference => {
  const [action = '', target = ''] = step.split(':');
  return { pool: CHAT, round: 'e1-r1', generation: hashOf(2), action, target, attempt };
};

/** @param outside seconds that the daemon had waited for the outside by then */
export const begins = (step: string, outside: number, attempt = step): JournalBody => ({
  kind: 'intent',
  ...reference(step, attempt),
  seedStep: null,
  risk: 'safe',
  facts: 'x',
  outsideMs: outside * 1_000,
});

type Outcome = Extract<JournalBody, { readonly kind: 'outcome' }>;

export const ends = (step: string, outside: number, more: Partial<Outcome> = {}): JournalBody => ({
  kind: 'outcome',
  ...reference(step, step),
  result: 'done',
  code: null,
  reason: null,
  durationMs: 0,
  externalMs: 0,
  outsideMs: outside * 1_000,
  notes: {},
  ...more,
});

export const judged = (
  type: string,
  status: 'True' | 'False',
  message = `${type} is ${status}`,
): JournalBody => ({
  kind: 'condition',
  pool: CHAT,
  type,
  status,
  reason: 'Because',
  message,
});

export const seen = (site: 'home' | 'backup', verdict: string, level: string | null = null): JournalBody => ({
  kind: 'evidence',
  pool: CHAT,
  site,
  verdict,
  level,
  signs: [`sql-1: says: it is ${verdict}`],
});

/** The journal that the version of this repository has written: a failover, a failback, decisions, a break-glass, a removal. */
export const keptJournal = (): readonly JournalRecord[] =>
  readFileSync(new URL('../daemon/journals/v0.1.0.ndjson', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalRecord);
