/** All pools as rows. Only those that can be seen are drawn, so that a thousand cost as little as ten. */
import { useLayoutEffect, useRef, useState, useSyncExternalStore, type KeyboardEvent } from 'react';
import { shownRows, windowOf, type FleetRow, type FleetView, type SortKey } from '../model/fleet-row.ts';
import { TONES } from '../model/pool-tone.ts';
import { FleetRowView } from './fleet-row-view.tsx';
import { Mark } from './tone.tsx';
import { useLive } from './use-live.ts';

const HEADS: readonly { readonly key: SortKey | 'asked'; readonly label: string }[] = [
  { key: 'pool', label: 'Pool' },
  { key: 'condition', label: 'Condition' },
  { key: 'drift', label: 'Drift' },
  { key: 'runsIn', label: 'Runs in' },
  { key: 'readiness', label: 'If it had to move now' },
  { key: 'generation', label: 'Generation' },
  { key: 'asked', label: 'Asked of you' },
];

/** Equal to --row of fleet.css: the window is computed, not measured. */
const ROW_PX = { wide: 52, narrow: 178 };
const NARROW = '(max-width: 1040px)';

function useNarrow(): boolean {
  const query = matchMedia(NARROW);
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}

export function Fleet() {
  const { rows, link } = useLive();
  const [view, setView] = useState<FleetView>({ filter: '', sort: 'condition', descending: false });
  const shown = shownRows(rows.values(), view);
  return (
    <>
      <div className="fleet-head">
        <h1>Fleet</h1>
        <Counts rows={[...rows.values()]} />
        <label className="filter">
          <span>Filter</span>
          <input
            type="search"
            value={view.filter}
            placeholder="name, datacenter, condition"
            onChange={({ target }) => setView({ ...view, filter: target.value })}
          />
        </label>
        <p className="quiet" role="status">
          {shown.length === rows.size
            ? `${String(rows.size)} pool${rows.size === 1 ? '' : 's'}`
            : `${String(shown.length)} of ${String(rows.size)}`}
        </p>
      </div>
      <FleetTable rows={shown} view={view} onView={setView} />
      {shown.length === 0 && link.kind === 'live' && (
        <p className="empty">
          {rows.size === 0
            ? 'The desired state declares no pool that is in force.'
            : 'No pool has all of these words.'}
        </p>
      )}
    </>
  );
}

function Counts({ rows }: { readonly rows: readonly FleetRow[] }) {
  return (
    <ul className="counts" aria-label="Pools by condition">
      {TONES.map((tone) => {
        const count = rows.filter(({ headline }) => headline.tone === tone).length;
        return (
          <li key={tone} className={count === 0 ? 'none' : ''}>
            <Mark tone={tone} /> <b>{count}</b> {tone}
          </li>
        );
      })}
    </ul>
  );
}

interface TableProps {
  readonly rows: readonly FleetRow[];
  readonly view: FleetView;
  readonly onView: (view: FleetView) => void;
}

function FleetTable({ rows, view, onView }: TableProps) {
  const rowPx = useNarrow() ? ROW_PX.narrow : ROW_PX.wide;
  const list = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const look = (): void => {
      const top = -(list.current?.getBoundingClientRect().top ?? 0);
      setSeen({ top: Math.max(0, Math.floor(top / rowPx) * rowPx), height: innerHeight });
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [rowPx]);
  const { first, end } = windowOf(rows.length, rowPx, seen.top, seen.height);
  return (
    <div role="table" aria-label="Pools" aria-rowcount={rows.length + 1} className="fleet">
      <div role="rowgroup">
        <Heads view={view} onView={onView} />
      </div>
      <div
        role="rowgroup"
        ref={list}
        className="rows"
        style={{ height: rows.length * rowPx }}
        onKeyDown={moveByArrow}
      >
        {rows.slice(first, end).map((row, index) => (
          <FleetRowView key={row.pool} row={row} index={first + index} top={(first + index) * rowPx} />
        ))}
      </div>
    </div>
  );
}

function Heads({ view, onView }: Omit<TableProps, 'rows'>) {
  const sortBy = (sort: SortKey): void =>
    onView({ ...view, sort, descending: view.sort === sort && !view.descending });
  return (
    <div role="row" className="row heads">
      {HEADS.map(({ key, label }) =>
        key === 'asked' ? (
          <div role="columnheader" key={key}>
            {label}
          </div>
        ) : (
          <div
            role="columnheader"
            key={key}
            aria-sort={view.sort !== key ? 'none' : view.descending ? 'descending' : 'ascending'}
          >
            <button type="button" onClick={() => sortBy(key)}>
              {label}
              <span aria-hidden="true">{view.sort !== key ? '' : view.descending ? ' ↑' : ' ↓'}</span>
            </button>
          </div>
        ),
      )}
    </div>
  );
}

/** The arrow keys go from pool to pool; what is not drawn yet is drawn when it scrolls in. */
function moveByArrow(event: KeyboardEvent<HTMLDivElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a[href]')];
  const next = links[links.findIndex((link) => link === document.activeElement) + step];
  // Also at the end of what is drawn: a browser that scrolls by itself takes the focused row away.
  event.preventDefault();
  if (next === undefined) return;
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}
