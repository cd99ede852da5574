/** One pool: its headline, the two datacenters, the plan, what stands in its way, and what a person can decide. */
import { since, spanWords } from '../model/age.ts';
import { askedOf } from '../model/fleet-row.ts';
import { headline } from '../model/pool-tone.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Why } from '../../../src/reconciler/why/why.ts';
import { Decide } from './decide.tsx';
import { Loss } from './loss.tsx';
import { Picture } from './picture.tsx';
import { PlanSteps } from './plan-steps.tsx';
import { PresentChange } from './story-change.tsx';
import { ToneWord } from './tone.tsx';
import { useLive, useNow } from './use-live.ts';
import { WhatIfCard } from './what-if.tsx';
import { WhyList } from './why-list.tsx';

export function Pool() {
  const { watched, link } = useLive();
  if (watched === null || watched.pool === null) return <p className="empty">Reading the pool …</p>;
  if (watched.pool === 'gone')
    return (
      <p className="empty">
        There is no pool {watched.name} in the desired state that is in force. <a href="#/">Fleet</a>
      </p>
    );
  const { pool, tag, why } = watched;
  return (
    <>
      <PoolHead pool={pool} why={why} />
      <Picture pool={pool} />
      <div className="columns">
        <section className="card" aria-labelledby="plan-head">
          <h2 id="plan-head">Plan</h2>
          <PresentChange pool={pool} />
          <PlanSteps pool={pool} />
          <Loss pool={pool} />
        </section>
        <div className="side">
          <Decide key={pool.pool} pool={pool} tag={link.kind === 'live' ? tag : null} />
          <WhyList why={why} />
          <WhatIfCard key={`what-if ${pool.pool}`} pool={pool} live={link.kind === 'live'} />
          <Decisions pool={pool} />
        </div>
      </div>
    </>
  );
}

function PoolHead({ pool, why }: { readonly pool: PoolStatus; readonly why: Why | null }) {
  const { tone, word, says } = headline(pool);
  const age = since(pool.observedAt, useNow());
  const asked = askedOf(pool) ?? why?.nextAction ?? null;
  const { generation, observedGeneration, revision } = pool;
  return (
    <div className={`pool-head tone-edge-${tone}`}>
      <h1>{pool.pool}</h1>
      <p className="big">
        <ToneWord tone={tone} word={word} />
      </p>
      <p className="says">{says}</p>
      {asked !== null && (
        <p className="next">
          Asked of you: <strong>{asked}</strong>
        </p>
      )}
      <dl className="inline">
        <dt>seen</dt>
        <dd>
          {pool.observedAt === null || age === null ? (
            'not yet'
          ) : (
            <>
              <time dateTime={pool.observedAt}>{spanWords(age)} ago</time>, round <code>{pool.round}</code>
            </>
          )}
        </dd>
        <dt>mode</dt>
        <dd>{pool.mode}</dd>
        <dt>wanted in</dt>
        <dd>{pool.datacenters[pool.primarySite]}</dd>
        <dt>generation</dt>
        <dd>
          {generation.counter} <code>{generation.hash}</code>
          {observedGeneration?.hash !== generation.hash && ', not planned yet'}
          {revision !== null && ` · ${revision.subject} (${revision.author})`}
        </dd>
      </dl>
      {pool.lastError !== null && (
        <p className="refusal">
          {pool.lastError.step ?? 'observation'}: {pool.lastError.code}: {pool.lastError.message}
        </p>
      )}
    </div>
  );
}

function Decisions({ pool: { decisions } }: { readonly pool: PoolStatus }) {
  if (decisions.length === 0) return null;
  return (
    <section className="card" aria-labelledby="decisions-head">
      <h2 id="decisions-head">Decisions that count</h2>
      <ul className="plain">
        {decisions.map(({ decision, by, reason, at, expiresAt }) => (
          <li key={`${at} ${decision}`}>
            <strong>{decision}</strong> by {by}: {reason}{' '}
            <span className="quiet">
              {at.slice(0, 19).replace('T', ' ')}
              {expiresAt === null ? '' : `, ends ${expiresAt.slice(0, 19).replace('T', ' ')}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
