/** What the page says of a pool, read from its document, and what it has to say of a status: words of numbers are the page's own. */
import type { Page } from 'playwright-core';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { lossWords, secondsWords } from '../../web/src/model/age.ts';

export interface ShownRow {
  readonly seen: string | null;
  readonly word: string;
  readonly drift: string;
  readonly runsIn: string;
  readonly wantedIn: string | null;
  readonly toMove: string;
  readonly generation: string;
  readonly asked: string;
}

export interface ShownPool {
  readonly seen: string | null;
  readonly round: string | null;
  readonly word: string;
  readonly mode: string;
  readonly wantedIn: string;
  readonly generation: string;
  readonly hash: string;
  readonly verdicts: readonly string[];
  readonly serves: readonly string[];
  /** Path, what is, what is wanted. */
  readonly drift: readonly string[];
  /** Action, place, chips. */
  readonly steps: readonly string[];
  readonly running: readonly string[];
  readonly loss: string;
  readonly asked: string | null;
  readonly lastError: string | null;
  readonly decisions: readonly string[];
  /** Codes of the guards that are closed, and of the answer as a whole. */
  readonly closed: readonly string[];
}

/** In the browser; JavaScript, for nothing of the page is known here but its document. */
const READ = `
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const text = (node) => (node === null ? null : node.textContent.replace(/\\s+/g, ' ').trim());
  const without = (node, ...selectors) => {
    const copy = node.cloneNode(true);
    for (const selector of selectors) for (const part of all(selector, copy)) part.remove();
    return text(copy);
  };
  const defined = (label) => all('.pool-head dt').find((term) => text(term) === label)?.nextElementSibling;
`;

const READ_ROW = `(() => {${READ}
  const row = one('.pool.row');
  if (row === null) return null;
  const cell = (label) => one('[data-label="' + label + '"]', row);
  return {
    seen: one('time', row)?.dateTime ?? null,
    word: text(one('.condition .toned', row)),
    drift: text(cell('drift')),
    runsIn: without(cell('runs in'), '.wanted'),
    wantedIn: text(one('.wanted', cell('runs in'))),
    toMove: text(cell('to move')),
    generation: without(cell('generation'), '.wanted'),
    asked: text(one('.asked', row)),
  };
})()`;

const READ_POOL = `(() => {${READ}
  if (one('.pool-head') === null) return null;
  const steps = all('.steps > .step');
  const ofStep = (step) => [text(one('.step-head', step)).split(' on ')[0], ...all('.chip', step).map(text)];
  return {
    seen: one('.pool-head time')?.dateTime ?? null,
    round: text(one('code', defined('seen'))),
    word: text(one('.pool-head .toned')),
    mode: text(defined('mode')),
    wantedIn: text(defined('wanted in')),
    generation: text(defined('generation')).split(' ')[0],
    hash: text(one('code', defined('generation'))),
    verdicts: all('.dc').map((dc) => text(one('h2', dc)) + ' ' + text(one('header .toned', dc))),
    serves: all('.dc').flatMap((dc) => all('.serves, .served, .served-unknown', dc).map(() => text(one('h2', dc)))),
    drift: all('.drift li').map((line) => all('code, b', line).map(text).join(' ')).sort(),
    steps: steps.map((step) => ofStep(step).join(' ')),
    running: all('.step.running').map((step) => text(one('strong', step)) + ' ' + text(one('.progress span', step)).split(' · ')[0]),
    loss: text(one('.loss')),
    asked: text(one('.pool-head .next strong')),
    lastError: text(one('.pool-head .refusal')),
    decisions: all('[aria-labelledby="decisions-head"] li').map((line) => without(line, '.quiet')).sort(),
    closed: [text(one('[aria-labelledby="why-head"] p strong')), ...all('[aria-labelledby="why-head"] .card > .guards code').map(text)],
  };
})()`;

export const shownRow = (page: Page): Promise<ShownRow | null> => page.evaluate<ShownRow | null>(READ_ROW);
export const shownPool = (page: Page): Promise<ShownPool | null> =>
  page.evaluate<ShownPool | null>(READ_POOL);

type Site = 'home' | 'backup';

function servingSite({ variables }: PoolStatus): Site | null {
  const active = variables['active']?.value ?? 'unknown';
  return (['home', 'backup'] as const).find((site) => active.startsWith(site)) ?? null;
}

function placeOf(pool: PoolStatus, site: Site): string {
  const verdict = pool.evidence?.[site].verdict ?? 'unknown';
  return verdict === 'alive' ? pool.datacenters[site] : `${pool.datacenters[site]}, ${verdict}`;
}

function toMoveOf({ forecast }: PoolStatus): string {
  if (forecast === null) return 'unknown';
  const { answer, outage, lossMinutes } = forecast.readiness;
  if (answer !== 'yes') return answer === 'no' ? 'could not' : 'unknown';
  const time = outage === null ? 'time not known' : `${secondsWords(outage.p50)} out`;
  return `${time}loses ${lossWords(lossMinutes)}`;
}

function askedOf({ plan, gate }: PoolStatus): string | null {
  if (plan?.kind === 'blocked') return plan.obstacles[0]?.wayOut ?? null;
  return plan?.kind === 'steps' && gate?.kind !== 'proceed' ? (gate?.nextAction ?? null) : null;
}

const NO_SITE: Readonly<Record<string, string>> = { none: 'nowhere', other: 'not one datacenter' };

export function rowOf(pool: PoolStatus, word: string): ShownRow {
  const site = servingSite(pool);
  const wanted = pool.datacenters[pool.primarySite];
  return {
    seen: pool.observedAt,
    word,
    drift: String(pool.drift.length),
    runsIn:
      site === null ? (NO_SITE[pool.variables['active']?.value ?? ''] ?? 'unknown') : placeOf(pool, site),
    wantedIn: site !== null && site === pool.primarySite ? null : `wanted in ${wanted}`,
    toMove: toMoveOf(pool),
    generation: String(pool.generation.counter),
    asked: askedOf(pool) ?? 'nothing',
  };
}

function lossOf({ plan, ledger, forecast, datacenters }: PoolStatus): string {
  if (plan !== null && 'steps' in plan && plan.steps.length > 0 && ledger !== null) {
    const { lossMinutes, lostFiles } = ledger;
    const files = `${lostFiles === 0 ? 'no' : String(lostFiles)} log backup${lostFiles === 1 ? '' : 's'}`;
    return `On this course: ${lossWords(lossMinutes)} of chat history, ${files}`;
  }
  if (forecast === null) return '';
  const { lost, answer, lossMinutes, because } = forecast.readiness;
  const told =
    answer === 'yes'
      ? `${lossWords(lossMinutes)} of chat history`
      : answer === 'no'
        ? 'the service could not move'
        : 'not known';
  return `If ${datacenters[lost]} were lost now: ${told}. ${because}`.replaceAll(/\s+/g, ' ');
}

function stepsOf({ plan }: PoolStatus): readonly string[] {
  const steps = plan !== null && 'steps' in plan ? plan.steps : [];
  return steps.map(({ action, seedStep, risk }) =>
    [action, ...(seedStep === null ? [] : [seedStep]), risk].join(' '),
  );
}

/** Everything but the codes of the guards, which are told in their own part of the API. */
export function poolOf(pool: PoolStatus, word: string): Omit<ShownPool, 'closed' | 'asked'> {
  const { datacenters, evidence, lastError } = pool;
  const serving = servingSite(pool);
  return {
    seen: pool.observedAt,
    round: pool.round,
    word,
    mode: pool.mode,
    wantedIn: datacenters[pool.primarySite],
    generation: String(pool.generation.counter),
    hash: pool.generation.hash,
    verdicts: (['home', 'backup'] as const).map(
      (site) => `${datacenters[site]} ${evidence?.[site].verdict ?? 'unknown'}`,
    ),
    serves: serving === null ? [] : [datacenters[serving]],
    drift: pool.drift.map(({ path, wanted, actual }) => `${path} ${actual} ${wanted}`).sort(),
    steps: stepsOf(pool),
    running: pool.running.map(({ step, progress }) => `${step.action} ${progress ?? 'runs'}`),
    loss: lossOf(pool),
    lastError:
      lastError === null
        ? null
        : `${lastError.step ?? 'observation'}: ${lastError.code}: ${lastError.message}`.replaceAll(
            /\s+/g,
            ' ',
          ),
    decisions: pool.decisions.map(({ decision, by, reason }) => `${decision} by ${by}: ${reason}`).sort(),
  };
}

/** What a person is told to do, and the gate that holds the plan. */
export function askedAndHeld(pool: PoolStatus): {
  readonly asked: string | null;
  readonly code: string | null;
} {
  return { asked: askedOf(pool), code: pool.plan?.kind === 'steps' ? (pool.gate?.code ?? null) : null };
}
