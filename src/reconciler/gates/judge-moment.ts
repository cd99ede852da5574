/**
 * Gates about the moment: failures elsewhere, change window, cooldown, how many pools move. None holds a transition that has begun or
 * a fence; window and cooldown hold only a plan that takes the service from users who have it, never a way out of an outage.
 */
import { windowAt, type ChangeWindow } from '../../topology/change-window.ts';
import { predictTime } from '../step-seconds.ts';
import { closed, declared, iso, open, span, toldAt, type Judged } from './gate-answers.ts';
import type { GateFinding, GuardFact } from './gate-input.ts';
import type { GateName } from './gate-table.ts';

const MS_PER_SECOND = 1_000;

/** Why this gate does not concern the plan; undefined: it does. */
function exempt(round: Judged, gate: GateName): GateFinding | undefined {
  if (round.fencesFirst) return open(gate, 'A fence does not wait.');
  if (round.begun) return open(gate, 'The transition has begun and is brought to its end.');
  return undefined;
}

/** As above, and beside it: repairs that users do not notice, and the way out of an outage. */
function exemptUndisturbing(round: Judged, gate: GateName): GateFinding | undefined {
  const excused = exempt(round, gate);
  if (excused !== undefined) return excused;
  return round.disturbs() ? undefined : open(gate, 'The plan takes the service from nobody who has it.');
}

export function judgeFailures(round: Judged): GateFinding {
  const { stalled, stopAfter } = round.input.surroundings.fleet;
  const facts: GuardFact[] = stalled.map((pool) => ({ fact: 'is stalled', source: pool, ageMs: 0 }));
  if (stalled.length < stopAfter)
    return open('failures', 'Too few other pools are stalled to stop this one.', facts);
  const excused = exempt(round, 'failures');
  if (excused !== undefined) return { ...excused, facts };
  return closed(
    round,
    'StoppedAfterFailures',
    `${stalled.join(' and ')} ${stalled.length === 1 ? 'is' : 'are'} stalled: no other pool starts before that is understood.`,
    facts,
    {
      nextAction: `mend ${stalled.join(' and ')}: pchat why tells what fails; a decision about it lets it try again`,
    },
  );
}

const words = ({ cron, timeZone, durationMs }: ChangeWindow): string =>
  `${cron} ${timeZone} for ${span(durationMs / MS_PER_SECOND)}`;

export function judgeWindow(round: Judged): GateFinding {
  const { pool, nowMs, surroundings } = round.input;
  const windows = pool.policy.changeWindows ?? [];
  if (windows.length === 0) return open('change window', 'No change window is declared.');
  const excused = exemptUndisturbing(round, 'change window');
  if (excused !== undefined) return excused;
  const state = windowAt(windows, nowMs);
  const { seconds, assumed } = predictTime(round.steps, surroundings.history.seconds);
  const source = assumed.length === 0 ? 'journal' : `journal; assumed for ${assumed.join(', ')}`;
  const facts = [
    ...windows.map((window) => declared(`policy.changeWindows: ${words(window)}`, round)),
    toldAt(`the whole plan takes ${span(seconds)}`, source, undefined, nowMs),
  ];
  if (state.kind === 'closed') {
    const next =
      state.opensAtMs === undefined
        ? 'none opens within a year'
        : `the next one opens at ${iso(state.opensAtMs)}`;
    return closed(round, 'OutsideWindow', `No change window is open; ${next}.`, facts, {
      nextAction: `wait (${next}), or change policy.changeWindows of ${pool.topology.name}`,
    });
  }
  const leftSeconds = (state.endsAtMs - nowMs) / MS_PER_SECOND;
  if (seconds <= leftSeconds)
    return open('change window', `The window is open until ${iso(state.endsAtMs)}, long enough.`, facts);
  return closed(
    round,
    'OutsideWindow',
    `The change window ends at ${iso(state.endsAtMs)}, in ${span(leftSeconds)}; the whole plan takes ${span(seconds)}.`,
    facts,
    { nextAction: `wait for a longer window, or change policy.changeWindows of ${pool.topology.name}` },
  );
}

export function judgeCooldown(round: Judged): GateFinding {
  const { pool, nowMs, surroundings } = round.input;
  const cooldownMs = pool.policy.cooldownMs ?? 0;
  const { movedAtMs } = surroundings.history;
  if (cooldownMs === 0) return open('cooldown', 'No cooldown is declared.');
  const untilMs = (movedAtMs ?? -Infinity) + cooldownMs;
  const facts = [
    declared(`policy.cooldown is ${span(cooldownMs / MS_PER_SECOND)}`, round),
    ...(movedAtMs === undefined ? [] : [toldAt('the pool was moved', 'journal', movedAtMs, nowMs)]),
  ];
  if (nowMs >= untilMs) return open('cooldown', 'The last move is long enough ago.', facts);
  const excused = exemptUndisturbing(round, 'cooldown');
  if (excused !== undefined) return { ...excused, facts };
  return closed(
    round,
    'CoolingDown',
    `The pool was moved at ${iso(movedAtMs ?? nowMs)} and cools down until ${iso(untilMs)}.`,
    facts,
    { nextAction: `wait until ${iso(untilMs)}, or change policy.cooldown of ${pool.topology.name}` },
  );
}

export function judgeSlots(round: Judged): GateFinding {
  const { limit, moving, holdsSlot } = round.input.surroundings.fleet;
  const facts: GuardFact[] = moving.map((pool) => ({ fact: 'is moved now', source: pool, ageMs: 0 }));
  if (holdsSlot || moving.length < limit)
    return open('blast radius', holdsSlot ? 'The pool is being moved.' : 'A slot is free.', facts);
  const excused = exempt(round, 'blast radius');
  if (excused !== undefined) return { ...excused, facts };
  return closed(
    round,
    'TooManyTransitions',
    `maxConcurrentTransitions is ${String(limit)}, and so many other pools are moved: ${moving.join(', ')}.`,
    facts,
  );
}
