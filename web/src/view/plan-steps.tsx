/** The steps in their order, with the point behind which there is no way back. */
import { secondsWords, spanWords } from '../model/age.ts';
import { obstacleGroups, planRows, remainingMs, type PlanRow } from '../model/plan-rows.ts';
import { stepCount } from '../model/pool-tone.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Obstacle } from '../../../src/reconciler/plan.ts';
import { useNow } from './use-live.ts';

export function PlanSteps({ pool }: { readonly pool: PoolStatus }) {
  const { plan } = pool;
  if (plan === null) return <p className="quiet">No plan was made yet.</p>;
  const rows = planRows(pool);
  return (
    <>
      {plan.kind === 'converged' && <p>Nothing to do.</p>}
      {plan.kind === 'too-large' && <p>No plan within the limit of the search.</p>}
      {plan.kind === 'waiting' && (
        <p>
          Waits for <strong>{plan.on}</strong>: {plan.reason}
        </p>
      )}
      {plan.kind === 'blocked' && <Obstacles obstacles={plan.obstacles} would={rows.length > 0} />}
      {rows.length > 0 && (
        <>
          <Totals pool={pool} count={rows.length} />
          <ol className={`steps ${plan.kind === 'blocked' ? 'would' : ''}`}>
            {rows.map((row) => (
              <Step key={row.key} row={row} />
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function Totals({ pool: { forecast }, count }: { readonly pool: PoolStatus; readonly count: number }) {
  const { duration = null, outage = null } = forecast?.prediction ?? {};
  return (
    <p className="totals">
      <strong>{stepCount(count)}</strong>
      {duration === null
        ? ' · how long it takes is not known yet'
        : ` · about ${secondsWords(duration.p50)}, slow ${secondsWords(duration.p95)}`}
      {outage !== null && ` · clients out for ${secondsWords(outage.p50)}`}
    </p>
  );
}

function Step({ row }: { readonly row: PlanRow }) {
  const { number, action, on, seed, risk, reason, seconds, basis, running, pointOfNoReturn } = row;
  return (
    <li
      className={`step ${running === null ? '' : 'running'}`}
      aria-current={running === null ? undefined : 'step'}
    >
      {pointOfNoReturn && <p className="no-return">no way back from here</p>}
      <span className="number" aria-hidden="true">
        {number}
      </span>
      <div>
        <p className="step-head">
          <strong>{action}</strong> on {on}
          {seed !== null && <span className="chip">{seed}</span>}
          <span className={`chip risk-${risk.replaceAll(' ', '-')}`}>{risk}</span>
          <span className="quiet" title={basis}>
            {seconds}
          </span>
        </p>
        <p className="quiet">{reason}</p>
        {running !== null && <Progress running={running} />}
      </div>
    </li>
  );
}

function Progress({ running }: { readonly running: NonNullable<PlanRow['running']> }) {
  const { progress, fraction, since } = running;
  const left = remainingMs(running, useNow());
  return (
    <p className="progress">
      <progress
        aria-label="progress of the step"
        {...(fraction === null ? {} : { value: fraction })}
        max={1}
      />
      <span>
        {progress ?? 'runs'} · since {since.slice(11, 19)}
        {left !== null && left > 0 && ` · about ${spanWords(left)} left`}
      </span>
    </p>
  );
}

function Obstacles({
  obstacles,
  would,
}: {
  readonly obstacles: readonly Obstacle[];
  readonly would: boolean;
}) {
  return (
    <>
      <ul className="obstacles">
        {obstacleGroups(obstacles).map(({ needs, reason, wayOut }) => (
          <li key={reason + wayOut}>
            <p>
              <strong>{needs.join('; ')}</strong>
            </p>
            <p>{reason}</p>
            <p className="next">Way out: {wayOut}</p>
          </li>
        ))}
      </ul>
      {would && (
        <p className="quiet">These steps would run if nothing stood in the way. None of them is run.</p>
      )}
    </>
  );
}
