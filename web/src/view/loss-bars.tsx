/** How far each copy holds what users wrote, and what each deed buys back. The words beside each bar say the same. */
import { lossWords } from '../model/age.ts';
import { copyBars, lossBar, type CopyBar, type LossPart } from '../model/loss-bars.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

export function LossBars({ pool }: { readonly pool: PoolStatus }) {
  const copies = copyBars(pool);
  const bar = lossBar(pool);
  return (
    <>
      {bar !== null && (
        <>
          <p className="quiet">
            Without any salvage <strong>{lossWords(bar.nowMinutes)}</strong> would be lost. Of it:
          </p>
          <div className="loss-bar" aria-hidden="true">
            {bar.parts.map(({ kind, what, share }, index) => (
              <span
                key={`${what} ${String(index)}`}
                className={`part-${kind}`}
                style={{ width: percent(share) }}
              />
            ))}
          </div>
          <ul className="plain">
            {bar.parts.map((part, index) => (
              <PartWords key={`${part.what} ${String(index)}`} part={part} moves={bar.moves} />
            ))}
          </ul>
        </>
      )}
      {copies.length > 0 && (
        <details>
          <summary>{copies.length} copies, and how far each one goes</summary>
          <ul className="plain copies">
            {copies.map((copy) => (
              <Copy key={`${copy.copy} ${copy.where}`} bar={copy} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const BY: Readonly<Record<LossPart['kind'], string>> = {
  plan: 'the steps save',
  person: 'a person could save',
  lost: 'stays lost',
};

const WOULD_BY: Readonly<Record<LossPart['kind'], string>> = {
  plan: 'a move would save',
  person: 'a person could save',
  lost: 'would stay lost',
};

interface PartProps {
  readonly part: LossPart;
  readonly moves: boolean;
}

function PartWords({ part: { kind, what, minutes }, moves }: PartProps) {
  return (
    <li>
      <span className={`swatch part-${kind}`} aria-hidden="true" /> {(moves ? BY : WOULD_BY)[kind]}{' '}
      <strong>{lossWords(minutes)}</strong>
      {kind === 'lost' ? '' : `: ${what}`}
    </li>
  );
}

function Copy({
  bar: { copy, where, state, behindMinutes, empty, share, because },
}: {
  readonly bar: CopyBar;
}) {
  return (
    <li title={because}>
      <span className="copy-name">
        {copy} <span className="quiet">{where}</span>
      </span>
      <span className={share === null && !empty ? 'track unseen' : 'track'} aria-hidden="true">
        {share !== null && <span style={{ width: percent(share) }} />}
      </span>
      <span>
        {empty ? (
          'holds no file'
        ) : behindMinutes === null ? (
          <span className="unknown-word">not known</span>
        ) : behindMinutes === 0 ? (
          'has everything that is seen'
        ) : (
          `lacks ${lossWords(behindMinutes)}`
        )}{' '}
        <span className="quiet">{state}</span>
      </span>
    </li>
  );
}
