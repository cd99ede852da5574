/**
 * A planned move and the way back with both datacenters alive, twice: the first time is measured, so that the second one is
 * predicted. Clients post all the time; what they miss is told by what they saw acknowledged.
 */
import type { JournalRecord } from '../../ports/journal.ts';
import { toArray } from '../../simulator/instance/chunks.ts';
import type { Seconds, TransitionAccount } from '../../topology/forecast.ts';
import type { EstateStory } from './estate-story.ts';

export interface PlannedMove {
  readonly to: string;
  readonly steps: readonly string[];
  /** null: a step of it had never been done here. */
  readonly predictedSeconds: Seconds | null;
  readonly actualSeconds: number;
  readonly predictedOutageSeconds: Seconds | null;
  /** By the daemon: from the step that takes the clients off to the one that brings them back. */
  readonly actualOutageSeconds: number | null;
  /** By the clients: the longest time in which none of them saw a message acknowledged. */
  readonly clientsSilentSeconds: number;
  readonly predictedLossMinutes: number | null;
  readonly lost: number;
}

export interface PlannedReport {
  readonly moves: readonly PlannedMove[];
  readonly acknowledged: number;
  readonly lost: number;
  readonly writableAtTwoSitesMs: number;
}

const ROUNDS = 2;
const MS = 1_000;

type Account = Extract<JournalRecord, { kind: 'transition' }>;

export async function playPlannedMoves(story: EstateStory): Promise<PlannedReport> {
  const { estate } = story;
  await story.converge('home', 'The pool is as declared');
  await estate.fault('clients on');
  await story.postAgain();
  const moves: PlannedMove[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    story.say(round === 1 ? 'A first move, to be measured.' : 'A second one, predicted by the first.');
    moves.push(await move(story, 'lyon', 'backup'));
    moves.push(await move(story, 'paris', 'home'));
  }
  await estate.fault('clients off');
  const { acknowledged, lost, writableAtTwoSitesMs } = estate.checker();
  return { moves, acknowledged, lost: lost.length, writableAtTwoSitesMs };
}

async function move(story: EstateStory, datacenter: string, site: 'home' | 'backup'): Promise<PlannedMove> {
  const { estate } = story;
  const beganAtMs = estate.now();
  const accounts = (): readonly Account[] =>
    story.records().flatMap((record) => (record.kind === 'transition' ? [record] : []));
  const before = accounts().length;
  await story.edit(datacenter);
  await story.converge(site, `The service lives in ${datacenter}`);
  await story.until('the account of the move', () => accounts().length > before);
  await story.postAgain();
  const account = accounts().at(-1);
  return {
    ...accounted(account),
    to: datacenter,
    clientsSilentSeconds: silence(story, beganAtMs),
    lost: estate.checker().lost.length,
  };
}

const accounted = (account: TransitionAccount | undefined) => ({
  steps: account?.steps ?? [],
  predictedSeconds: account?.predicted.duration ?? null,
  actualSeconds: account?.actual.durationSeconds ?? 0,
  predictedOutageSeconds: account?.predicted.outage ?? null,
  actualOutageSeconds: account?.actual.outageSeconds ?? null,
  predictedLossMinutes: account?.predicted.lossMinutes ?? null,
});

/** The daemon's seconds are real ones, the estate's are shorter by its factor. */
function silence({ estate, factor }: EstateStory, sinceMs: number): number {
  const moments = toArray(estate.state().chat.acknowledged)
    .map(({ acknowledgedAtMs }) => acknowledgedAtMs)
    .filter((at) => at >= sinceMs)
    .sort((a, b) => a - b);
  const gaps = [sinceMs, ...moments].map((at, index, all) => at - (all[index - 1] ?? at));
  return Math.max(0, ...gaps) / MS / factor;
}

const seconds = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)} s`);
const predicted = (value: Seconds | null): string => seconds(value === null ? null : value.p50);
const minutes = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)} min`);

export const PLANNED_HEAD = [
  'move',
  'steps',
  'takes: predicted',
  'was',
  'outage: predicted',
  'was',
  'clients silent',
  'loss: predicted',
  'was',
];

/** Rows for a table under PLANNED_HEAD. */
export const plannedRows = ({ moves }: PlannedReport): readonly (readonly string[])[] =>
  moves.map((one) => [
    `to ${one.to}`,
    String(one.steps.length),
    predicted(one.predictedSeconds),
    seconds(one.actualSeconds),
    predicted(one.predictedOutageSeconds),
    seconds(one.actualOutageSeconds),
    seconds(one.clientsSilentSeconds),
    minutes(one.predictedLossMinutes),
    `${String(one.lost)} messages`,
  ]);
