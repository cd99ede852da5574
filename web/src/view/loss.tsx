/** What would be lost, and what is saved, before anything is given up. */
import { lossWords } from '../model/age.ts';
import { LEDGER_WORDS, ledgerGroups, type LedgerGroup } from '../model/ledger-groups.ts';
import { stepsOf } from '../model/pool-tone.ts';
import { LossBars } from './loss-bars.tsx';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { LedgerLine } from '../../../src/topology/loss-ledger.ts';

export function Loss({ pool }: { readonly pool: PoolStatus }) {
  const { ledger } = pool;
  if (ledger === null) return null;
  const moves = stepsOf(pool.plan).length > 0;
  return (
    <>
      <h3>Loss</h3>
      {moves ? <OnThisCourse ledger={ledger} /> : <IfLostNow pool={pool} />}
      <ul className="plain">
        {ledgerGroups(ledger.lines).map((group) => (
          <Group key={group.kind} group={group} />
        ))}
      </ul>
      <LossBars pool={pool} />
    </>
  );
}

type Ledger = NonNullable<PoolStatus['ledger']>;

function OnThisCourse({ ledger: { lossMinutes, lostFiles } }: { readonly ledger: Ledger }) {
  const heavy = lossMinutes !== 0 || lostFiles > 0;
  return (
    <p className={heavy ? 'loss heavy' : 'loss'}>
      On this course: <strong>{lossWords(lossMinutes)}</strong> of chat history,{' '}
      <strong>{lostFiles === 0 ? 'no' : lostFiles}</strong> log backup{lostFiles === 1 ? '' : 's'}
    </p>
  );
}

/** Without a plan nothing is given up; what a loss of the site would cost is the question then. */
function IfLostNow({ pool: { forecast, datacenters } }: { readonly pool: PoolStatus }) {
  if (forecast === null) return null;
  const { lost, answer, lossMinutes, because } = forecast.readiness;
  return (
    <p className="loss">
      If {datacenters[lost]} were lost now:{' '}
      {answer === 'yes' ? (
        <>
          <strong>{lossWords(lossMinutes)}</strong> of chat history
        </>
      ) : (
        <strong>{answer === 'no' ? 'the service could not move' : 'not known'}</strong>
      )}
      . <span className="quiet">{because}</span>
    </p>
  );
}

function Group({ group: { kind, lines, minutes } }: { readonly group: LedgerGroup }) {
  const [first] = lines;
  const chip = <span className={`chip ledger-${kind}`}>{LEDGER_WORDS[kind]}</span>;
  if (lines.length === 1 && first !== undefined)
    return (
      <li>
        {chip} <LineText line={first} />
      </li>
    );
  return (
    <li>
      <details>
        <summary>
          {chip} {lines.length} log backups, {lossWords(minutes)}
        </summary>
        <ul className="plain lines">
          {lines.map((line) => (
            <li key={`${line.file ?? ''} ${line.from ?? ''} ${line.note}`}>
              <LineText line={line} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

const clock = (at: string | null): string => at?.slice(11, 19) ?? '…';

function LineText({ line: { file, from, to, minutes, note } }: { readonly line: LedgerLine }) {
  return (
    <>
      {file ?? (from === null && to === null ? '' : `${clock(from)} to ${clock(to)}`)}
      {minutes !== null && minutes > 0 && ` (${lossWords(minutes)})`} <span className="quiet">{note}</span>
    </>
  );
}
