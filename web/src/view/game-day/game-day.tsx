/** Buttons that break the simulated estate, a clock, and a score. What is decided is decided on the daemon's own page. */
import { useEffect, useState } from 'react';
import { lostWords, mistakeLines, STATE_WORDS, stopwatch, type GameAnswer } from '../../model/game-answer.ts';

const LOOK_MS = 500;

async function read(path: string, init: RequestInit = {}): Promise<GameAnswer> {
  const response = await fetch(path, { ...init, cache: 'no-store' });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as GameAnswer;
}

export function GameDay() {
  const [game, setGame] = useState<GameAnswer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const told = (answer: Promise<GameAnswer>): void => {
    answer.then(
      (next) => {
        setGame(next);
        setProblem(null);
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  useEffect(() => {
    told(read('score'));
    const timer = setInterval(() => told(read('score')), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const change = (id: string, begins: boolean): void =>
    told(read('trouble', { method: 'POST', body: JSON.stringify({ id, begins }) }));
  return (
    <>
      <header className="bar">
        <strong>Game day</strong>
        <span className="quiet">a simulated estate: nothing here is real</span>
      </header>
      {problem !== null && (
        <p className="banner banner-bad" role="alert">
          <strong>The estate does not answer:</strong> {problem}
        </p>
      )}
      <main className="game">
        {game === null ? (
          <p className="empty">Reading the score …</p>
        ) : (
          <Game game={game} onChange={change} />
        )}
      </main>
    </>
  );
}

interface GameProps {
  readonly game: GameAnswer;
  readonly onChange: (id: string, begins: boolean) => void;
}

function Game({ game, onChange }: GameProps) {
  return (
    <>
      <Score game={game} />
      <section className="card" aria-labelledby="troubles-head">
        <h2 id="troubles-head">Break it</h2>
        <ul className="troubles">
          {game.troubles.map(({ id, label, means }) => {
            const open = game.open.includes(id);
            return (
              <li key={id}>
                <button type="button" className={open ? '' : 'grave'} onClick={() => onChange(id, !open)}>
                  {open ? `End: ${label}` : label}
                </button>
                <span className="quiet">{means}</span>
              </li>
            );
          })}
        </ul>
        {game.daemon !== '' && (
          <p>
            Save it on <a href={`${game.daemon}/`}>the daemon’s page</a>, with the commands, or by an edit of
            the desired state.
          </p>
        )}
      </section>
    </>
  );
}

function Score({ game }: { readonly game: GameAnswer }) {
  const { state, seconds, serving, converged } = game;
  const mistakes = mistakeLines(game);
  return (
    <section className={`card score score-${state}`} aria-labelledby="score-head">
      <h1 id="score-head">{state === 'safe' ? 'Safe' : state === 'running' ? 'Not safe' : 'Quiet'}</h1>
      <p className="stopwatch" role="timer" aria-label="time to safe">
        {stopwatch(seconds)}
      </p>
      <p role="status">{STATE_WORDS[state]}</p>
      <dl>
        <div>
          <dt>users</dt>
          <dd>{serving ? 'are served' : 'are not served'}</dd>
        </div>
        <div>
          <dt>pool</dt>
          <dd>{converged ? 'as declared' : 'not as declared'}</dd>
        </div>
        <div>
          <dt>messages lost</dt>
          <dd>{lostWords(game)}</dd>
        </div>
        <div>
          <dt>mistakes</dt>
          <dd>{mistakes.length === 0 ? 'none' : mistakes.join('; ')}</dd>
        </div>
      </dl>
    </section>
  );
}
