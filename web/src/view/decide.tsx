/** What a person can decide here. A decision about the plan is bound to the one that was on the screen when its form was opened. */
import { useState, type SubmitEvent } from 'react';
import { RefusedError, type Problem } from '../live/api-client.ts';
import { sendDecision } from '../live/send-decision.ts';
import { lossWords } from '../model/age.ts';
import { decidedMeanwhile, offersOf, readinessOf, type Offer } from '../model/decisions.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { TokenField } from './token-form.tsx';
import { useNow, useStore } from './use-live.ts';

/** Afterwards the list of decisions tells it. */
const SAID_FOR_MS = 30_000;

interface Props {
  readonly pool: PoolStatus;
  /** Of the plan on the screen; null: it is not live. */
  readonly tag: string | null;
}

export function Decide({ pool, tag }: Props) {
  const [begun, setBegun] = useState<Begun | null>(null);
  const { client } = useStore();
  const now = useNow();
  const [done, setDone] = useState<{ readonly said: string; readonly atMs: number } | null>(null);
  const offers = offersOf(pool);
  const begin = (offer: Offer): void => {
    setDone(null);
    if (tag !== null) setBegun({ offer, tag, decisions: pool.decisions });
  };
  const end = (said: string | null): void => {
    setBegun(null);
    setDone(said === null ? null : { said, atMs: client.now() });
  };
  return (
    <section className="card decide" aria-labelledby="decide-head">
      <h2 id="decide-head">Decide</h2>
      {done !== null && now - done.atMs < SAID_FOR_MS && (
        <p role="status" className="accepted">
          {done.said}
        </p>
      )}
      {begun === null && offers.length === 0 && (
        <p className="quiet">Nothing here is decided on this page. What it waits for stands above.</p>
      )}
      {begun === null ? (
        <ul className="offers">
          {offers.map((offer) => (
            <li key={offer.label}>
              <button
                type="button"
                className={offer.site !== null ? 'grave' : offer.typed ? 'primary' : ''}
                disabled={tag === null}
                onClick={() => begin(offer)}
              >
                {offer.label}
              </button>
              <span className="quiet">{offer.means}</span>
            </li>
          ))}
        </ul>
      ) : (
        <DecideForm pool={pool} now={tag} begun={begun} onEnd={end} />
      )}
    </section>
  );
}

/** A form, and what was on the screen when it was opened. */
interface Begun {
  readonly offer: Offer;
  readonly tag: string;
  readonly decisions: PoolStatus['decisions'];
}

interface FormProps {
  readonly pool: PoolStatus;
  readonly now: string | null;
  readonly begun: Begun;
  readonly onEnd: (said: string | null) => void;
}

function DecideForm({ pool, now, begun: { offer, tag, decisions }, onEnd }: FormProps) {
  const store = useStore();
  const [fields, setFields] = useState({ typedName: '', reason: '', by: '', token: '' });
  const [asksToken, setAsksToken] = useState(!store.client.hasToken);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sending, setSending] = useState(false);
  const set = (change: Partial<typeof fields>): void => setFields({ ...fields, ...change });
  const { typedName, reason, by, token } = fields;
  // What was sent from here is no other's.
  const meanwhile = sending ? [] : decidedMeanwhile(offer, decisions, pool.decisions);
  const state = readinessOf({ offer, tag, meanwhile, typedName, reason }, pool.pool, now);
  // Upwards: what is accepted must cover what is on the screen.
  const minutes = pool.ledger?.lossMinutes ?? null;
  const lossMinutes = minutes === null ? null : Math.ceil(minutes);

  const send = async (): Promise<void> => {
    setSending(true);
    if (token.trim() !== '') store.client.setToken(token.trim());
    try {
      await sendDecision(store.client, pool.pool, {
        decision: offer.decision,
        site: offer.site,
        tag: offer.ofThePlan ? tag : null,
        by: by.trim(),
        reason: reason.trim(),
        lossMinutes,
      });
      store.refresh(pool.pool);
      onEnd(`${offer.label}: it is in the journal and counts.`);
    } catch (error) {
      const told = problemOf(error);
      if (told.status === 401) setAsksToken(true);
      setProblem(told);
      setSending(false);
      store.refresh(pool.pool);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (state.kind === 'ready' && !sending) void send();
  };

  return (
    <form className="decide-form" onSubmit={submit} aria-labelledby="decide-form-head">
      <h3 id="decide-form-head">{offer.label}</h3>
      <p className="quiet">{offer.means}</p>
      {offer.decision === 'accept-loss' && (
        <p className="loss heavy">
          {lossMinutes === null
            ? 'Nobody knows how much: accepted is whatever it is.'
            : `Up to ${lossWords(lossMinutes)}.`}
        </p>
      )}
      {state.kind === 'refused' && (
        <p role="alert" className="refusal">
          {state.why}
        </p>
      )}
      {problem !== null && (
        <p role="alert" className="refusal">
          <code>{problem.code}</code> {problem.detail}
          {problem.hint !== null && `. ${problem.hint}`}
        </p>
      )}
      {offer.typed && (
        <TextField
          label={`Type the pool’s name: ${pool.pool}`}
          value={typedName}
          onChange={(value) => set({ typedName: value })}
          first
        />
      )}
      <TextField
        label="Reason"
        value={reason}
        onChange={(value) => set({ reason: value })}
        first={!offer.typed}
      />
      <TextField
        label="Your name (empty with a token of your own)"
        value={by}
        onChange={(value) => set({ by: value })}
      />
      {asksToken && <TokenField value={token} onChange={(value) => set({ token: value })} />}
      <p className="buttons">
        <button type="submit" className="primary" disabled={state.kind !== 'ready' || sending}>
          {sending ? 'Sending …' : offer.label}
        </button>
        <button type="button" onClick={() => onEnd(null)}>
          Back
        </button>
      </p>
      {state.kind === 'incomplete' && <p className="quiet">{state.missing}</p>}
    </form>
  );
}

function problemOf(error: unknown): Problem {
  if (error instanceof RefusedError) return error.problem;
  const detail =
    'No answer came. Whether it was decided is not known: look at the decisions below before you try again';
  return { status: 0, code: 'NO_ANSWER', detail, hint: error instanceof Error ? error.message : null };
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Where the cursor is when the form opens. */
  readonly first?: boolean;
}

function TextField({ label, value, onChange, first = false }: TextFieldProps) {
  return (
    <label>
      {label}
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        autoFocus={first}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
