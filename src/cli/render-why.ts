/** The answer of `pchat why` as text for people. Formats only. */
import type { GuardFact } from '../reconciler/gates/gate-input.ts';
import type { Guard, Why } from '../reconciler/why/why.ts';

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60 * MS_PER_SECOND;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;

function age(ms: number): string {
  if (ms < 2 * MS_PER_MINUTE) return `${(ms / MS_PER_SECOND).toFixed(0)} s`;
  return ms < 2 * MS_PER_HOUR
    ? `${(ms / MS_PER_MINUTE).toFixed(0)} min`
    : `${(ms / MS_PER_HOUR).toFixed(1)} h`;
}

/** A sign that never was has no age that a person wants to read. */
const agePart = (ageMs: number | null): string =>
  ageMs === null || ageMs >= Number.MAX_SAFE_INTEGER ? '' : `, ${age(ageMs)}`;

const factLine = ({ fact, source, ageMs }: GuardFact): string =>
  `         ${fact} (${source}${agePart(ageMs)})`;

function guardLines({ kind, guard, open, code, says, facts, nextAction }: Guard): string[] {
  const name = kind === 'gate' ? `${guard}: ` : '';
  return [
    `  [${open ? 'ok' : 'no'}] ${name}${code === null ? '' : `${code}: `}${says}`,
    ...facts.map(factLine),
    ...(nextAction === null ? [] : [`      => ${nextAction}`]),
  ];
}

function section(title: string, guards: readonly Guard[]): string[] {
  return guards.length === 0 ? [] : ['', title, ...guards.flatMap(guardLines)];
}

export function renderWhy({ pool, code, reason, nextAction, step, guards }: Why): string {
  return [
    `${pool}: ${code}`,
    `  ${reason}`,
    ...(nextAction === null ? [] : [`  => ${nextAction}`]),
    ...section(
      `needs${step === null ? '' : ` of ${step}`}`,
      guards.filter(({ kind }) => kind === 'need'),
    ),
    ...section(
      'gates',
      guards.filter(({ kind }) => kind === 'gate'),
    ),
  ].join('\n');
}
