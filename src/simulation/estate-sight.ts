/** What could be seen and reached in a simulated estate, and until when it could not: the truth that a judge compares deeds with. */
import type { EstateSite } from '../simulator/estate/estate-options.ts';
import { ESTATE_SITES } from '../simulator/estate/estate-options.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';
import { linkStands } from '../simulator/estate/links.ts';

/** An instance that answers later than this is as good as silent to the daemon, ms (SimulatedDaemon's own deadlines). */
const AS_GOOD_AS_SILENT_MS = 2_000;

/** No copy of the site can be seen by the daemon now. */
function isDark(state: EstateState, site: EstateSite): boolean {
  const { primary, mirror } = state.options.sites[site];
  if (!state.sites[site].up) return true;
  return [primary.name, mirror?.name].every((name) => {
    const host = name === undefined ? undefined : state.hosts[name];
    if (host === undefined || host.hung || host.stopped || host.slowMs >= AS_GOOD_AS_SILENT_MS) return true;
    return !linkStands(state, 'daemon', `${site} ${host.part}`);
  });
}

export class EstateSight {
  readonly #darkUntilMs: Record<EstateSite, number> = { home: -Infinity, backup: -Infinity };
  #changedAtMs = -Infinity;

  /** To be told before every change that the world makes. */
  note(state: EstateState, nowMs: number): void {
    this.#changedAtMs = nowMs;
    for (const site of ESTATE_SITES) if (isDark(state, site)) this.#darkUntilMs[site] = nowMs;
  }

  wasDark(state: EstateState, site: EstateSite, nowMs: number, withinMs: number): boolean {
    return isDark(state, site) || nowMs - this.#darkUntilMs[site] <= withinMs;
  }

  /** ms since the world changed anything: what the daemon has seen since then is still so. */
  calmForMs(nowMs: number): number {
    return nowMs - this.#changedAtMs;
  }
}
