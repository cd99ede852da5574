/** The steps over time: SQL Server's and the cmdlets' time, and ours. Every row opens by keyboard; colours have a pattern and a word. */
import type { SpentPart, StepAccount, Transition } from '../../../src/story/transition.ts';
import { ganttOf, type Gantt, type GanttBar, type GanttRow } from '../model/story-gantt.ts';
import { foretold, measured, shortSpan, timeOf } from '../model/story-words.ts';
import { since, spanWords } from '../model/age.ts';
import { MomentLink } from './story-links.tsx';
import { useNow } from './use-live.ts';

export function StoryGantt({ transition }: { readonly transition: Transition }) {
  const now = useNow();
  const gantt = ganttOf(transition, now);
  return (
    <>
      <Legend parts={transition.parts} runs={transition.state === 'step-runs'} />
      <div className="gantt">
        <Patterns />
        {transition.stepsBefore > 0 && (
          <p className="quiet">{transition.stepsBefore} steps began before those that are drawn.</p>
        )}
        <Axis gantt={gantt} />
        <ol className="plain">
          {gantt.rows.map((row, index) => (
            <Row
              key={row.step.attempt}
              row={row}
              number={index + 1 + transition.stepsBefore}
              pool={transition.pool}
              now={now}
            />
          ))}
          {gantt.between.length > 0 && <Between gantt={gantt} />}
        </ol>
      </div>
    </>
  );
}

/** What the parts sum up to is the headline. */
function Legend({ parts, runs }: { readonly parts: readonly SpentPart[]; readonly runs: boolean }) {
  return (
    <ul className="legend" aria-label="Where the time went">
      {parts.map(({ part, name, ms, means }) => (
        <li key={part}>
          <span className={`swatch bar-${part}`} aria-hidden="true" />
          <strong>{name}</strong> {shortSpan(ms)} <span className="quiet">{means}</span>
        </li>
      ))}
      {runs && (
        <li>
          <span className="swatch bar-running" aria-hidden="true" />
          <strong>runs</strong> <span className="quiet">whose time it is, is known when it has ended</span>
        </li>
      )}
    </ul>
  );
}

function Axis({ gantt: { ticks } }: { readonly gantt: Gantt }) {
  return (
    <svg className="axis" width="100%" height="22" aria-hidden="true">
      {ticks.map(({ at, label }) => (
        <g key={label}>
          <line x1={`${String(at)}%`} x2={`${String(at)}%`} y1="15" y2="22" />
          <text x={`${String(at)}%`} y="12">
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
}

interface RowProps {
  readonly row: GanttRow;
  readonly number: number;
  readonly pool: string;
  readonly now: number;
}

function Row({ row: { step, bars }, number, pool, now }: RowProps) {
  const { action, target, seedStep, risk, result, code } = step;
  return (
    <li className={`gantt-row ${result === null ? 'running' : ''}`}>
      <details>
        <summary>
          <span className="gantt-name">
            <span className="gantt-number">{number}</span> <strong>{action}</strong> on {target}{' '}
            <span className={`result result-${result ?? 'runs'}`}>{result ?? 'runs'}</span>
          </span>
          <Bars bars={bars} />
          <span className="gantt-times quiet">{timesOf(step, now)}</span>
        </summary>
        <p className="quiet">
          {timeOf(step.begun.at)} to {step.ended === null ? 'now' : timeOf(step.ended.at)} · {risk}
          {seedStep !== null && ` · ${seedStep}`} · predicted {foretold(step.predicted)}{' '}
          <MomentLink pool={pool} seq={step.begun.seq} />
        </p>
        {(code !== null || step.reason !== null) && (
          <p className="refusal">
            {code} {step.reason}
          </p>
        )}
        {step.alreadyDone && <p>It was found done before anything was sent.</p>}
        {step.afterRestart && <p>The daemon ended during it; the next one saw how it was.</p>}
        <Effects step={step} pool={pool} />
      </details>
    </li>
  );
}

function timesOf(step: StepAccount, now: number): string {
  const { durationMs, externalMs, begun, ended } = step;
  if (ended === null) return `runs for ${spanWords(since(begun.at, now) ?? 0)}`;
  if (durationMs === null || externalMs === null) return 'whose time it was is not recorded';
  return `${shortSpan(durationMs)}: SQL Server, cmdlets ${measured(externalMs)}, ours ${shortSpan(Math.max(0, durationMs - externalMs))}`;
}

const LEAST = 0.3;
/** Of the others the style sheet says it. */
const FILLS: Readonly<Partial<Record<GanttBar['part'], string>>> = {
  ownMs: 'url(#own)',
  looksMs: 'url(#looks)',
  unknownMs: 'url(#not-known)',
};

function Bars({ bars }: { readonly bars: readonly GanttBar[] }) {
  return (
    <svg className="bars" width="100%" height="18" aria-hidden="true">
      {bars
        .filter(({ width }) => width > 0)
        .map(({ from, width, part }) => (
          <rect
            key={part + String(from)}
            className={`fill-${part}`}
            fill={FILLS[part]}
            x={`${String(from)}%`}
            width={`${String(Math.max(width, LEAST))}%`}
            y="2"
            height="14"
          />
        ))}
    </svg>
  );
}

/** Told apart without colour: full, hatched, dotted, striped. */
function Patterns() {
  return (
    <svg className="visually-hidden" aria-hidden="true">
      <defs>
        <pattern id="own" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect className="ground-own" width="6" height="6" />
          <rect className="ink-own" width="2.4" height="6" />
        </pattern>
        <pattern id="looks" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect className="ground-own" width="6" height="6" />
          <circle className="ink-own" cx="3" cy="3" r="1.3" />
        </pattern>
        <pattern
          id="not-known"
          width="10"
          height="10"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(135)"
        >
          <rect className="ground-unknown" width="10" height="10" />
          <rect className="ink-unknown" width="4" height="10" />
        </pattern>
      </defs>
    </svg>
  );
}

function Between({ gantt: { between } }: { readonly gantt: Gantt }) {
  const told = between.filter(({ part }) => part !== 'looksMs');
  const looks = between.filter(({ part }) => part === 'looksMs');
  return (
    <li className="gantt-row">
      <details>
        <summary>
          <span className="gantt-name">
            <strong>between the steps</strong>
          </span>
          <Bars bars={between} />
          <span className="gantt-times quiet">
            {looks.length > 0 && `${String(looks.length)} look${looks.length === 1 ? '' : 's'}`}
            {told.length > 0 &&
              `${looks.length > 0 ? ' · ' : ''}${told.map(({ says, ms }) => `${shortSpan(ms)} ${says}`).join('; ')}`}
          </span>
        </summary>
        <ul className="plain lines">
          {between.map(({ from, says, ms, short }) => (
            <li key={from}>
              {shortSpan(ms)}: {says}
              {short && <span className="quiet"> (drawn shorter than it was)</span>}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function Effects({ step: { effects }, pool }: { readonly step: StepAccount; readonly pool: string }) {
  if (effects.length === 0) return <p className="quiet">Nothing was sent.</p>;
  return (
    <>
      <h3>Sent, and when; when each of them ended is not recorded</h3>
      <ol className="plain effects">
        {effects.map(({ seq, at, where, what }) => (
          <li key={seq}>
            <MomentLink pool={pool} seq={seq} /> <time>{timeOf(at)}</time> <strong>{where}</strong>{' '}
            <code>{what}</code>
          </li>
        ))}
      </ol>
    </>
  );
}
