/** Breaks the table on purpose: one row loses one need, in the memory of this process only. */
import { ACTION_TABLE, type ActionRow } from '../../src/reconciler/action-table.ts';

/** @param named `row:need`, for example `recover-backup:homeHarmless`; every row of that id loses it */
export function withoutNeed(named: string): void {
  const [id = '', need = ''] = named.split(':');
  const rows: readonly ActionRow[] = ACTION_TABLE.filter((row) => row.id === id);
  const places = rows.map((row) => row.needs.findIndex((one) => one === need));
  if (!places.some((place) => place >= 0)) throw new RangeError(`no row ${id} has a need ${need}`);
  rows.forEach((row, index) => {
    const place = places[index] ?? -1;
    if (place >= 0) Object.assign(row, { needs: row.needs.toSpliced(place, 1) });
  });
}
