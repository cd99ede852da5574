/**
 * A scenario's stage on the wire: a real estate, a daemon process that is killed and started again, and proxies before the stores.
 * What only a simulated machine can suffer (a full disk, a torn copy, a clock that jumps, cmdlets whose answer is lost) is left out.
 */
import { JournalTail } from '../../src/cli/estate-story/journal-file.ts';
import { WorldJudge } from '../../src/simulation/judge-world.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';
import { ESTATE_SITES } from '../../src/simulator/estate/estate-options.ts';
import { WireStage, type WireStageOptions } from '../../test/wire/wire-stage.ts';
import { BrokenConnections, type Breakage } from './broken-connections.ts';
import { WireWorld } from './wire-world.ts';

/** Estate seconds per real second: the time-outs of the daemon are real ones. */
export const FACTOR = 15;
/** From a look at the estate to the effect that rests on it, on a busy machine, real ms. */
const RACE_MS = 2_000;
/** How soon a supervisor starts a daemon that ended, estate seconds. */
const RESTART_S = 10;
/** From the record of an effect to the kill: the effect is under way, or just done; real ms. */
const INSIDE_MS = 15;
const BESIDE_MS = 60;
const MS = 1_000;

/** Verbs that need a machine of the simulation. */
const NOT_ON_THE_WIRE = /^(lose cmdlets|tear copies|full disk|free disk|spread answers|shift clock)\b/;

export const isPlayable = (what: string): boolean => !NOT_ON_THE_WIRE.test(what);

export interface ChaosStageOptions extends Pick<WireStageOptions, 'journal'> {
  /** Whoever waits for the stage gives up when it aborts; what was started ends with the stage. */
  readonly signal?: AbortSignal;
}

export class ChaosStage implements AsyncDisposable {
  readonly wire: WireStage;
  readonly signal: AbortSignal;
  readonly world: WireWorld;
  readonly judge: WorldJudge;
  readonly #proxies: BrokenConnections;
  readonly #effects: JournalTail;
  #armed: 'before' | 'after' | 'during' | undefined;
  /** Estate ms at which something is done. */
  readonly #later: { readonly atMs: number; readonly deed: () => Promise<void> }[] = [];
  #starting: Promise<void> | undefined;
  steps = 0;
  kills = 0;

  private constructor(wire: WireStage, proxies: BrokenConnections, scenario: Scenario, signal: AbortSignal) {
    this.wire = wire;
    this.signal = signal;
    this.#proxies = proxies;
    const journal = wire.playground.documents.journalDirectory;
    this.#effects = new JournalTail(journal);
    this.world = new WireWorld(wire.estate, new JournalTail(journal));
    this.judge = new WorldJudge(this.world, { evidence: scenario.evidence, raceMs: RACE_MS * FACTOR });
  }

  static async open(
    scenario: Scenario,
    { signal = new AbortController().signal, ...more }: ChaosStageOptions = {},
  ): Promise<ChaosStage> {
    const wire = await WireStage.open({
      ...more,
      seed: scenario.name,
      factor: FACTOR,
      shareSite: scenario.shareSite,
      overrides: { backupEveryMinutes: 2, copyEveryMinutes: 3, restoreEveryMinutes: 5 },
      durations: { connect: '400ms', pollInterval: '400ms' },
      document: {
        silentAfter: '5s',
        drainTimeout: '1s',
        stepTimeout: '30s',
        maxDataLoss: '60m',
        failback: scenario.failback,
      },
    });
    wire.rewrite((text) => text.replace('evidence: silent', `evidence: ${scenario.evidence}`));
    const { settingsFile } = wire.playground.documents;
    const { sites } = wire.estate.state().options;
    const stores = ESTATE_SITES.flatMap((site) => [sites[site].primary, sites[site].mirror]).flatMap(
      (store) => store?.name ?? [],
    );
    const proxies = await BrokenConnections.before(settingsFile, stores);
    const stage = new ChaosStage(wire, proxies, scenario, signal);
    await wire.estate.fault('clients on');
    await stage.#start();
    await wire.converged('home');
    stage.world.begin();
    return stage;
  }

  get nowMs(): number {
    return this.world.clock.monotonicMs();
  }

  async perform(what: string): Promise<void> {
    const [verb = '', noun = '', third = '', fourth = ''] = what.split(' ');
    switch (`${verb} ${noun}`) {
      case 'edit paris':
      case 'edit lyon':
        this.judge.edited(noun === 'paris' ? 'home' : 'backup');
        this.wire.edit(noun);
        return;
      case 'kill daemon':
        if (third === 'before' || third === 'after' || third === 'during') this.#armed = third;
        else await this.#kill(Number(third === '' ? RESTART_S : third));
        return;
      case 'lose requests':
      case 'lose answers':
      case 'halve answers':
        this.#proxies.arm(`${verb} ${noun}` as Breakage, third, Number(fourth || 1));
        return;
      default:
        if (isPlayable(what)) await this.#fault(what);
    }
  }

  /** Every trouble ends for all parties but those of a site that is lost for good. */
  async calm(core: Scenario['core']): Promise<void> {
    this.#proxies.heal();
    this.#armed = undefined;
    const { estate } = this.wire;
    const { cutLinks, instances, sites } = estate.state();
    const commands = [
      ...cutLinks.map((link) => `heal link ${link}`),
      ...['up share', 'up shell', 'cms writable'],
      ...Object.keys(instances).flatMap((name) => [`up instance ${name}`, `start agent ${name}`]),
      ...ESTATE_SITES.filter((site) => !sites[site].up).map((site) => `return site ${site}`),
      ...(core === 'backup' ? ['down site home'] : []),
    ];
    for (const command of commands) await estate.fault(command);
    if (core === 'backup') await this.perform('edit lyon');
  }

  /** What is due, and the daemon's supervisor. Called often. */
  async tick(): Promise<void> {
    this.#proxies.look();
    for (const record of this.#effects.next()) {
      if (record.kind === 'outcome' && record.result === 'done') this.steps += 1;
      if (record.kind === 'effect' && this.#armed !== undefined) this.#killNear(this.#armed);
    }
    const due = this.#later.filter(({ atMs }) => atMs <= this.nowMs);
    for (const one of due) {
      this.#later.splice(this.#later.indexOf(one), 1);
      await one.deed();
    }
    if (!this.wire.daemonRuns && this.#starting === undefined && this.#later.length === 0)
      this.#after(RESTART_S, () => this.#start());
  }

  /** One that finds nothing to break, a BACKUP to cut for example, happens to nobody; so it is in memory too. */
  async #fault(command: string): Promise<void> {
    try {
      await this.wire.estate.fault(command);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('fault refused')) throw error;
    }
  }

  #killNear(moment: 'before' | 'after' | 'during'): void {
    this.#armed = undefined;
    const waitMs = { before: 0, during: INSIDE_MS, after: BESIDE_MS }[moment] * FACTOR;
    this.#after(waitMs / MS, () => this.#kill(RESTART_S));
  }

  #after(seconds: number, deed: () => Promise<void>): void {
    this.#later.push({ atMs: this.nowMs + seconds * MS, deed });
  }

  async #kill(seconds: number): Promise<void> {
    await this.#starting;
    this.kills += 1;
    await this.wire.killDaemon();
    this.#after(seconds, () => this.#start());
  }

  async #start(): Promise<void> {
    if (this.wire.daemonRuns) return;
    this.#starting = this.wire.startDaemon();
    try {
      await this.#starting;
    } finally {
      this.#starting = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What lies in wait may start a daemon.
    this.#later.length = 0;
    await this.wire[Symbol.asyncDispose]();
    await this.#proxies[Symbol.asyncDispose]();
  }
}
