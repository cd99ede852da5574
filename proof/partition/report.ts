/** What the matrix found, as text or as one JSON object. */
import { SITUATIONS, type Situation } from './beginnings.ts';
import { emptyTally, type Tally } from './classes.ts';

export type Tallies = Readonly<Record<Situation, Tally>>;

export const emptyTallies = (): Tallies => ({
  steady: emptyTally(),
  failover: emptyTally(),
  switchover: emptyTally(),
  failback: emptyTally(),
});

export function addTally(sum: Tally, one: Tally): void {
  for (const key of ['cases', 'endsKnown', 'checked', 'returned', 'simulatedMs', 'seconds'] as const)
    sum[key] += one[key];
  for (const level of ['silent', 'proven'] as const) sum.plays[level] += one.plays[level];
  sum.unsafe.push(...one.unsafe);
  sum.exceptions.push(...one.exceptions);
  for (const [ending, count] of Object.entries(one.endings))
    sum.endings[ending] = (sum.endings[ending] ?? 0) + count;
}

export function totalOf(tallies: Tallies): Tally {
  const total = emptyTally();
  for (const situation of SITUATIONS) addTally(total, tallies[situation]);
  return total;
}

const MOST_SHOWN = 20;
const HOUR_MS = 3_600_000;

function figures(tally: Tally): string {
  const { cases, plays, endsKnown, checked, unsafe, exceptions, returned, simulatedMs, seconds } = tally;
  return [
    cases,
    plays.silent,
    plays.proven,
    endsKnown,
    checked,
    unsafe.length,
    exceptions.length,
    returned,
    (simulatedMs / HOUR_MS).toFixed(1),
    seconds.toFixed(0),
  ]
    .map((figure) => String(figure).padStart(10))
    .join('');
}

const HEAD = [
  'cases',
  'plays',
  'proven',
  'checked',
  'unsafe',
  'exceptions',
  'returned',
  'sim. hours',
  'thread s',
]
  .map((word) => word.padStart(10))
  .join('');

export function reportText(tallies: Tallies, seconds: number): string {
  const total = totalOf(tallies);
  const played = SITUATIONS.filter((situation) => tallies[situation].cases > 0);
  return [
    `${''.padEnd(12)}${HEAD}`,
    ...played.map((situation) => `${situation.padEnd(12)}${figures(tallies[situation])}`),
    `${'all'.padEnd(12)}${figures(total)}`,
    'plays: distinct plays under evidence silent, and those that differ under proven',
    'end known: of the plays, not played on after the heal; checked: played to the end although known',
    'exceptions: home alive, cut off from everybody, edit made; returned: home came back into a pool that had moved',
    `endings under both levels: ${Object.entries(total.endings)
      .map(([ending, count]) => `${String(count)} x ${ending}`)
      .join('; ')}`,
    ...total.exceptions.map((name) => `  exception  ${name}`),
    ...total.unsafe.slice(0, MOST_SHOWN).map((name) => `  UNSAFE  ${name}`),
    ...(total.unsafe.length > MOST_SHOWN ? [`  and ${String(total.unsafe.length - MOST_SHOWN)} more`] : []),
    `${String(total.cases)} cases, ${String(total.unsafe.length)} unsafe, ${String(total.exceptions.length)} exceptions, ${seconds.toFixed(0)} s`,
    '',
  ].join('\n');
}

export const reportJson = (tallies: Tallies, seconds: number): string =>
  `${JSON.stringify({ situations: tallies, total: totalOf(tallies), seconds })}\n`;
